import { z } from 'zod'
import { placeInFence } from '../../model/place-in-fence.ts'
import type { Problem } from '../../model/problem.ts'
import type { Project, RunbookRule } from '../rule.ts'
import type { FenceInStep } from '../walk.ts'
import { ownFences } from '../walk.ts'

const output = z.object({
  comments: z.array(
    z.object({ line: z.int(), column: z.int(), code: z.int(), level: z.string(), message: z.string() }),
  ),
})

export const shellcheck: RunbookRule = {
  name: 'shellcheck',
  level: 'warning',
  scope: 'runbook',
  summary: 'shellcheck finds nothing in the sh fences, where it is installed.',
  examples: {
    good: [
      {
        title: 'a quoted variable',
        in: 'body',
        text: '<Step id="clear">\n\n## Clear\n\n```sh run\nrm -r "$TARGET_ORDERS_DB_PRIMARY_DATA_DIRECTORY"\n```\n\n</Step>',
      },
    ],
    bad: [
      {
        title: 'a variable that is split into words',
        in: 'body',
        text: '<Step id="clear">\n\n## Clear\n\n```sh run\nrm -r $TARGET_ORDERS_DB_PRIMARY_DATA_DIRECTORY\n```\n\n</Step>',
        reports: [
          {
            line: 6,
            column: 7,
            message: 'Double quote to prevent globbing and word splitting. (SC2086)',
          },
        ],
      },
    ],
  },
  async check(runbook, project) {
    const shell = ownFences(runbook).filter(({ fence }) => fence.lang === 'sh')
    const problems = await Promise.all(shell.map((both) => checkFence(both, project)))
    return problems.flat()
  },
}

async function checkFence({ step, fence }: FenceInStep, project: Project): Promise<Problem[]> {
  const ran = await project.run('shellcheck', ['--shell=bash', '--format=json1', '-'], { stdin: fence.code })
  if (ran.missing || ran.code === 0) return []
  const { comments } = output.parse(JSON.parse(ran.stdout))
  return comments
    .filter(({ level }) => level === 'error' || level === 'warning' || level === 'info')
    .map(({ line, column, code, message }) => ({
      ...placeInFence(fence, line - 1, unitsBefore(fence.code, line, column), project.read(fence.place.file)),
      step: step.id,
      message: `${message} (SC${code})`,
      hint: `https://www.shellcheck.net/wiki/SC${code}`,
    }))
}

/** shellcheck counts characters, everyone else UTF-16 units. */
function unitsBefore(code: string, line: number, column: number): number {
  const text = code.split('\n')[line - 1] ?? ''
  return Array.from(text)
    .slice(0, column - 1)
    .join('').length
}
