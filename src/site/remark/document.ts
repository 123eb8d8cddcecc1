import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Root } from 'mdast'
import { visit } from 'unist-util-visit'
import { runbookFile } from '../../document/load.ts'
import { parseDocument } from '../../document/parse.ts'
import { sha256 } from '../../document/project-files.ts'
import { OperatorError } from '../../model/problem.ts'
import type { Runbook } from '../../model/runbook.ts'

/** The syntax tree of a runbook that `runbook` is or uses: the same bytes that its digest covers, by the same parser. */
export function readTree(root: string, runbook: Runbook, id: string): Root {
  const file = runbookFile(id)
  const text = readFileSync(path.join(root, file), 'utf8')
  const known = runbook.sources.find((source) => source.file === file)
  if (known?.sha256 !== sha256(text))
    throw new OperatorError('failed', {
      file,
      message: 'the file changed while the page was built; build again',
    })
  const parsed = parseDocument(text, file)
  if ('problem' in parsed) throw new OperatorError('failed', parsed.problem)
  moveLinks(parsed.tree, file, runbook.file)
  return parsed.tree
}

/** Relative links to other files keep their meaning when a used runbook is shown on the page of another. */
function moveLinks(tree: Root, from: string, to: string): void {
  if (from === to) return
  visit(tree, ['link', 'definition'], (node) => {
    if (node.type !== 'link' && node.type !== 'definition') return
    if (!/^\.{1,2}\//.test(node.url)) return
    const target = path.posix.join(path.posix.dirname(from), node.url)
    node.url = `./${path.posix.relative(path.posix.dirname(to), target)}`
  })
}
