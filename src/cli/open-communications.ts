import { lstatSync } from 'node:fs'
import path from 'node:path'
import { cached } from '../document/cache.ts'
import type { Plan } from '../document/plan.ts'
import type { Communications } from '../model/communication.ts'
import { OperatorError } from '../model/problem.ts'
import type { Regulations } from '../model/regulation.ts'

type Opened = { communications: Communications; regulations: Regulations }

/** Who is told by which channel, and the duties to report; a mistake in them is told with its place. */
export async function openCommunications(root: string, plan: Plan): Promise<Opened> {
  // A link that leads nowhere is there, too.
  const present = ['communications', 'regulations'].filter((name) =>
    lstatSync(path.join(root, 'docs', 'plan', `${name}.yaml`), { throwIfNoEntry: false }),
  )
  const environments = Object.keys(plan.environments)
  // The name says which files there were: one that comes later would not be noticed otherwise.
  const key = ['messages', ...present, ...environments].join('+')
  return await cached(root, key, async () => {
    const { loadCommunications } = await import('../document/communications.ts')
    const { communications, regulations, problems, sources } = loadCommunications(root, environments)
    if (!communications || !regulations || problems.length > 0) throw new OperatorError('usage', problems)
    return { value: { communications, regulations }, sources }
  })
}
