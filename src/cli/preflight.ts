import { mkdirSync } from 'node:fs'
import { preflight } from '../host/preflight.ts'
import type { Finding, PreflightSubject } from '../host/preflight.ts'
import { runsFolder } from '../journal/runs-folder.ts'
import { OperatorError } from '../model/problem.ts'

const MARKS: Record<Finding['level'], string> = { ok: '✓', notice: '!', missing: '✗' }

/**
 * Looks at everything the run needs before its first step. A person may have it looked at again, go on with what is missing known,
 * or leave; an unattended run with something missing is refused, before anything is changed.
 */
export async function passPreflight(
  subject: PreflightSubject,
  unattended: boolean,
  say: (line: string) => void,
): Promise<void> {
  for (const folder of subject.folders) tryToMake(folder)
  for (;;) {
    const findings = await preflight(subject)
    const missing = findings.filter((finding) => finding.level === 'missing')
    tell(findings, say)
    if (missing.length === 0) return
    if (unattended) throw refusal(missing)
    const next = await ask()
    if (next === 'go') return
    if (next === 'leave') throw refusal(missing)
  }
}

/** Where the run will write. */
export function runFolders(root: string, mirror: string | undefined): string[] {
  return [runsFolder(root, process.env), ...(mirror === undefined ? [] : [mirror])]
}

/** A folder that cannot be made is found by the preflight itself, with the reason. */
function tryToMake(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch {
    // See above.
  }
}

function tell(findings: Finding[], say: (line: string) => void): void {
  const good = findings.filter((finding) => finding.level === 'ok').length
  say(`Preflight: ${good} of ${findings.length} as expected.`)
  for (const { level, subject, detail, hint } of findings)
    if (level !== 'ok') say(`  ${MARKS[level]} ${subject} ${detail}${hint === undefined ? '' : `. ${hint}`}`)
}

function refusal(missing: Finding[]): OperatorError {
  return new OperatorError(
    'refused',
    missing.map(({ subject, detail, hint }) => ({ message: `preflight: ${subject} ${detail}`, hint })),
  )
}

async function ask(): Promise<'again' | 'go' | 'leave'> {
  const { default: inquirer } = await import('inquirer')
  const { next } = await inquirer.prompt([
    {
      type: 'select',
      name: 'next',
      message: 'Something the runbook needs is missing.',
      choices: [
        { name: 'Look again', value: 'again' },
        { name: 'Leave; nothing was changed', value: 'leave' },
        { name: 'Go on without it', value: 'go' },
      ],
    },
  ])
  return next === 'again' || next === 'go' ? next : 'leave'
}
