import { execa } from 'execa'
import path from 'node:path'
import type { Runbook } from '../model/runbook.ts'
import { projectRoot } from './project-root.ts'
import { prompter } from './prompter.ts'

/** Shows how the runbook and its scripts differ from those the run began with, and asks whether to go on with them. */
export async function acceptChange(
  before: string,
  runbook: Runbook,
  { accept, ask, json }: { accept: boolean; ask: boolean; json: boolean },
  say: (line: string) => void,
): Promise<boolean> {
  say('The runbook changed since this run began:')
  for (const { file } of runbook.sources) {
    const { stdout } = await execa(
      'diff',
      [
        '-u',
        '--label',
        `${file} (when the run began)`,
        '--label',
        `${file} (now)`,
        '-N',
        path.join(before, file),
        path.join(projectRoot(), file),
      ],
      { reject: false },
    )
    if (stdout !== '') say(stdout)
  }
  if (accept || !ask) return accept
  const prompt = await prompter({ json })
  const { go } = await prompt<{ go: boolean }>([
    { type: 'confirm', name: 'go', message: 'Go on with the runbook as it is now?', default: false },
  ])
  return go
}
