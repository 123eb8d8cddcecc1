import path from 'node:path'
import { cached } from '../document/cache.ts'
import type { Plan } from '../document/plan.ts'
import { OperatorError } from '../model/problem.ts'
import type { Problem } from '../model/problem.ts'
import type { Runbook } from '../model/runbook.ts'

/** The id of a runbook that may be named by its file, as a shell completes it: `runbooks/x.mdx` is `x`. */
export function runbookId(root: string, named: string): string {
  if (!named.endsWith('.mdx')) return named
  const folders = [process.cwd(), process.env['INIT_CWD'] ?? root]
  const inside = folders
    .map((folder) => path.relative(path.join(root, 'runbooks'), path.resolve(folder, named)))
    .find((file) => !file.startsWith('..'))
  return (inside ?? named).slice(0, -'.mdx'.length)
}

/** A runbook without a mistake, or OperatorError with all of them. The readers are loaded only when something changed. */
export function openRunbook(root: string, named: string): Promise<Runbook> {
  const id = runbookId(root, named)
  return cached(root, `runbook-${id}`, async () => {
    const { requireRunbook } = await import('../document/load.ts')
    const runbook = requireRunbook(root, id)
    return { value: runbook, sources: runbook.sources }
  })
}

/** The plan, and what is wrong with it. A mistake in it is shown but keeps nobody from recovering; a plan that cannot be read does. */
export function openPlan(root: string): Promise<{ plan: Plan; problems: Problem[] }> {
  return cached(root, 'plan', async () => {
    const { loadPlan } = await import('../document/plan.ts')
    const { plan, problems, sources } = loadPlan(root)
    if (!plan) throw new OperatorError('usage', problems)
    return { value: { plan, problems }, sources }
  })
}
