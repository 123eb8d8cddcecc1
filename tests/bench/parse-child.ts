/** One way of reading every runbook of a folder, in a process of its own: prints the milliseconds it took, loading not counted. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { remark } from 'remark'
import remarkMdx from 'remark-mdx'
import { loadRunbook } from '../../src/document/load.ts'
import { runbookIds } from '../../src/document/plan.ts'

const [, , root = '', how = ''] = process.argv
const ids = runbookIds(root)
const parser = remark().use(remarkMdx).freeze()

function readAll(): void {
  for (const id of ids)
    if (how === 'remark') parser.parse(readFileSync(path.join(root, 'runbooks', `${id}.mdx`), 'utf8'))
    else requireSound(id)
}

/** What is refused early would be measured as fast. */
function requireSound(id: string): void {
  const { problems } = loadRunbook(root, id)
  if (problems.length > 0) throw new Error(`${id}: ${problems[0]?.message}`)
}

const started = performance.now()
readAll()
console.log(JSON.stringify({ ms: performance.now() - started, count: ids.length }))
