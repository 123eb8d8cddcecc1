import path from 'node:path'
import type { Root } from 'mdast'
import { ProjectFiles } from '../../document/project-files.ts'
import { runbookCard } from '../content/card.ts'
import { gapsAt } from '../content/exercises.ts'
import type { Gap } from '../content/exercises.ts'
import { readDrills } from '../content/drills.ts'
import { rotasForService, thisMinute } from '../content/on-call.ts'
import type { Audience } from '../content/people.ts'
import { readPlan } from '../content/plan.ts'
import { publishedIds } from '../content/runs.ts'
import { readRunbook, runbookIdOf } from '../content/runbooks.ts'
import { readTree } from './document.ts'
import { element } from './elements.ts'
import { IMPORTED, showImported } from './imported.ts'
import { indexNodes } from './index-nodes.ts'
import { showElements } from './show-nodes.ts'
import { tocExport } from './toc.ts'

type Options = { root: string; audience: Audience }

/**
 * Remark plugin: the page of a runbook is what `loadRunbook` read. The tree that Docusaurus parsed is thrown away, because it
 * is the work of another parser (directives, GFM, text rewritten before parsing): rule 1 is one source, one parser.
 */
export function runbookPage({ root, audience }: Options): (tree: Root, file: { path: string }) => void {
  return (tree, file) => {
    const id = runbookIdOf(root, file.path)
    if (id === undefined) throw new Error(`${file.path} is not below ${path.join(root, 'runbooks')}`)
    tree.children = withGaps(pageOf(root, id, audience, thisMinute(), publishedIds(root)), gapsAt(root, id))
  }
}

/** What exercises left open stands below the card, before the first step. */
function withGaps(children: Root['children'], gaps: Gap[]): Root['children'] {
  if (gaps.length === 0) return children
  return [...children.slice(0, 2), element('OpenGaps', { gaps }), ...children.slice(2)]
}

/**
 * Everything that stands on the page of a runbook, in order. Who is on call is computed from `nowMs` on. `published`: the runs that can
 * be seen beside it; in the emergency pack there are none.
 */
export function pageOf(
  root: string,
  id: string,
  audience: Audience,
  nowMs: number,
  published: ReadonlySet<string> = new Set(),
): Root['children'] {
  const runbook = readRunbook(root, id)
  const { plan } = readPlan(root)
  const card = runbookCard(runbook, plan, readDrills(root).drills, audience, published)
  const onCall = rotasForService(plan, runbook.service, audience, nowMs)
  const index = indexNodes(runbook.nodes)
  const page = { root, runbook, index, readFile: new ProjectFiles(root).read }
  const source = readTree(root, runbook, id)
  const imported = showImported(root, runbook)
  const appendix = imported.length === 0 ? [] : [{ id: IMPORTED.id, value: IMPORTED.title, level: 2 }]
  return [
    tocExport(runbook.nodes, index, appendix),
    element('RunbookCard', { card, onCall }),
    ...showElements(source.children, runbook.nodes, 2, page),
    ...imported,
  ]
}
