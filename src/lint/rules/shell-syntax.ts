import type { Problem } from '../../model/problem.ts'
import type { Project, RunbookRule } from '../rule.ts'
import type { FenceInStep } from '../walk.ts'
import { ownFences } from '../walk.ts'

const ERROR = /^bash: line (\d+): (.*)$/

export const shellSyntax: RunbookRule = {
  name: 'shell-syntax',
  level: 'error',
  scope: 'runbook',
  summary: 'bash can parse every sh fence and script (`bash -n`, which executes nothing).',
  examples: {
    good: [
      {
        title: 'a loop',
        in: 'body',
        text: '<Step id="wait">\n\n## Wait\n\n```sh run\nuntil pg_isready\ndo sleep 1\ndone\n```\n\n</Step>',
      },
    ],
    bad: [
      {
        title: 'a condition that is not closed',
        in: 'body',
        text: '<Step id="wait">\n\n## Wait\n\n```sh run\nif pg_isready; then\n  echo up\nfii\n```\n\n</Step>',
        reports: [{ line: 9, column: 1, message: 'bash: syntax error: unexpected end of file' }],
      },
      {
        title: 'a word too many',
        in: 'body',
        text: '<Step id="wait">\n\n## Wait\n\n```sh run\necho one\ndone\n```\n\n</Step>',
        reports: [{ line: 7, column: 1, message: "bash: syntax error near unexpected token `done'" }],
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
  const ran = await project.run('bash', ['-n'], { stdin: fence.code, env: { LC_ALL: 'C' } })
  if (ran.missing)
    return [{ ...fence.place, step: step.id, message: 'bash is not installed here: sh fences cannot run' }]
  if (ran.code === 0) return []
  // The line that follows repeats the source: the first message is the one that counts.
  const [, line, text] = ERROR.exec(ran.stderr.split('\n')[0] ?? '') ?? []
  const at = { ...fence.place, line: fence.place.line + Number(line ?? 1) - 1 }
  return [{ ...at, step: step.id, message: `bash: ${(text ?? ran.stderr.trim()).replace(/^error: /, '')}` }]
}
