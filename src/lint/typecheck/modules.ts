import path from 'node:path'
import type { Runbook } from '../../model/runbook.ts'
import type { Project } from '../rule.ts'
import type { FenceInStep } from '../walk.ts'
import { ownFences } from '../walk.ts'
import { prelude } from './prelude.ts'

/** One fence as a module of its own, for the compiler. */
export type VirtualModule = FenceInStep & {
  runbook: Runbook
  /** Where it stands below the temporary folder: as deep as the file that it comes from, so that its imports resolve. */
  file: string
  text: string
  /** The line of the module less the line of the file that it comes from. */
  shift: number
}

/** Line N of a module is line N of the runbook; for a script it is line N + 1, as the declarations take the first. */
export function virtualModules(project: Project): VirtualModule[] {
  return project.runbooks
    .flatMap((runbook) =>
      ownFences(runbook)
        .filter(({ fence }) => fence.lang === 'ts')
        .map((both) => ({ ...both, runbook })),
    )
    .map(({ runbook, step, fence }, index) => {
      const { dir, name } = path.posix.parse(fence.place.file)
      const shift = fence.place.line === 1 ? 1 : 0
      const blank = '\n'.repeat(fence.place.line + shift - 1)
      // The line of an interpreter is only allowed on line 1.
      const code = fence.code.replace(/^#!/, '//')
      return {
        runbook,
        step,
        fence,
        file: path.posix.join(dir, `${name}~${index}.mts`),
        text: `${prelude({ step, fence }, runbook, project.plan)}${blank}${code}\n`,
        shift,
      }
    })
}
