import { cpSync, existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { foldAll } from '../../journal/fold.ts'
import { parseEvent } from '../../model/event.ts'
import { OperatorError } from '../../model/problem.ts'
import type { Node, Runbook } from '../../model/runbook.ts'
import type { Catalog } from '../run-viewer/story.ts'

/** One published run, as the list shows it: read from its journal. */
export type PublishedRun = {
  id: string
  title: string
  runbook: string
  environment: string
  startedAt: string
  result: string
  rtoMs: number | null
  /** The files that it left, below its folder. */
  files: string[]
}

/** Where `drillbook publish` puts a run: docs/drills/<run>/, beside the record of the drill. */
const FOLDER = 'docs/drills'

/** Which runs can be seen on the site; their journals are not read for that. */
export function publishedIds(root: string): ReadonlySet<string> {
  const folder = path.join(root, FOLDER)
  if (!existsSync(folder)) return new Set()
  return new Set(readdirSync(folder).filter((id) => existsSync(path.join(folder, id, 'journal.ndjson'))))
}

export function publishedRuns(root: string): PublishedRun[] {
  return [...publishedIds(root)]
    .map((id) => publishedRun(root, id))
    .sort((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt))
}

function publishedRun(root: string, id: string): PublishedRun {
  const folder = path.join(root, FOLDER, id)
  const file = path.join(FOLDER, id, 'journal.ndjson')
  const lines = readFileSync(path.join(root, file), 'utf8').split('\n').slice(0, -1)
  const { title, runbook, environment, startedAt, result, measurement } = foldAll(
    lines.map((line, index) => eventOf(line, file, index + 1)),
  )
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort()
  const shown = { title, runbook, environment, startedAt }
  return { id, ...shown, result: result ?? 'not finished', rtoMs: measurement?.rtoMs ?? null, files }
}

function eventOf(line: string, file: string, number: number): ReturnType<typeof parseEvent> {
  try {
    return parseEvent(JSON.parse(line))
  } catch {
    throw new OperatorError('failed', {
      file,
      line: number,
      message: 'is not a journal event',
      hint: 'Publish the run again: npx drillbook publish <run>',
    })
  }
}

/** The files of the published runs, beside the pages. */
export function copyPublishedRuns(root: string, outDir: string): void {
  for (const id of publishedIds(root))
    cpSync(path.join(root, FOLDER, id), path.join(outDir, 'run/published', id), { recursive: true })
}

/** Titles and estimates of every node, to hold durations against. */
export function catalogOf(runbooks: readonly Runbook[]): Catalog {
  return Object.fromEntries(
    runbooks.map(({ id, digest, nodes }) => [
      id,
      { digest, nodes: Object.fromEntries(nodes.flatMap(entries)) },
    ]),
  )
}

function entries(node: Node): [string, { title: string; expectMs?: number }][] {
  const expectMs = 'expectMs' in node ? node.expectMs : undefined
  const inner = node.kind === 'parallel' ? node.steps : node.kind === 'use' ? node.nodes : []
  return [
    [node.id, { title: node.title, ...(expectMs === undefined ? {} : { expectMs }) }],
    ...inner.flatMap(entries),
  ]
}
