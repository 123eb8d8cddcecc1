import { preflight } from '../host/preflight.ts'
import type { Finding } from '../host/preflight.ts'
import { makeFolder } from '../journal/make-folder.ts'
import { runsFolder } from '../journal/runs-folder.ts'
import type { Policy } from '../model/permission.ts'
import { OperatorError } from '../model/problem.ts'
import type { Runbook } from '../model/runbook.ts'
import { needsApproval } from './authority.ts'
import type { Io } from './command.ts'
import type { OpenEnvironment, Opening } from './environment.ts'
import { prompter } from './prompter.ts'

const MARKS: Record<Finding['level'], string> = { ok: '✓', notice: '!', missing: '✗' }

export type Flight = {
  runbook: Runbook
  folders: readonly string[]
  signs: boolean
  unattended: boolean
  json: boolean
}

/**
 * Looks at everything the run needs before its first step, and opens the environment with that. A person may have it looked at again,
 * go on with what is missing known, or leave; an unattended run with something missing is refused, before anything is changed.
 */
export async function passPreflight(
  opening: Opening,
  { runbook, folders, signs, unattended, json }: Flight,
  say: Io['sentence'],
): Promise<OpenEnvironment> {
  for (const folder of folders) tryToMake(folder)
  for (;;) {
    const { targets } = opening.current()
    const findings = await preflight({ runbook, targets, folders, signs, secrets: opening.look })
    const missing = findings.filter((finding) => finding.level === 'missing')
    tell(findings, say)
    if (missing.length === 0) return opening.current()
    if (unattended) throw refusal(missing)
    const next = await ask(missing, opening, json)
    if (next === 'go') return opening.current()
    if (next === 'leave') throw refusal(missing)
  }
}

/** Whether the run will sign something, or have something of others checked. */
export function signsAnything(policy: Policy, runbook: Runbook, sign: string | undefined): boolean {
  return (
    sign !== undefined || policy.signJournal || policy.identity === 'signed' || needsApproval(policy, runbook)
  )
}

/** Where the run will write. */
export function runFolders(root: string, mirror: string | undefined): string[] {
  return [runsFolder(root, process.env), ...(mirror === undefined ? [] : [mirror])]
}

/** A folder that cannot be made is found by the preflight itself, with the reason. */
function tryToMake(folder: string): void {
  try {
    makeFolder(folder)
  } catch {
    // See above.
  }
}

function tell(findings: Finding[], say: Io['sentence']): void {
  const good = findings.filter((finding) => finding.level === 'ok').length
  say(`Preflight: ${good} of ${findings.length} as expected.`)
  for (const { level, subject, detail, hint } of findings)
    if (level !== 'ok')
      say(`  ${MARKS[level]} ${subject} ${detail}${hint === undefined ? '' : `. ${hint}`}`, { hang: 4 })
}

function refusal(missing: Finding[]): OperatorError {
  return new OperatorError(
    'refused',
    missing.map(({ subject, detail, hint }) => ({ message: `preflight: ${subject} ${detail}`, hint })),
  )
}

async function ask(
  missing: readonly Finding[],
  opening: Opening,
  json: boolean,
): Promise<'again' | 'go' | 'leave'> {
  const prompt = await prompter({ json })
  // A lab may have been built anew for this run: the one before is gone.
  const lab = opening.current().lab === undefined ? '' : '; the lab stays as it is now'
  const { next } = await prompt<{ next: string }>([
    {
      type: 'select',
      name: 'next',
      message: 'Something the runbook needs is missing.',
      choices: [
        { name: 'Look again', value: 'again' },
        ...missing.flatMap(({ typed, subject }) =>
          typed === undefined ? [] : [{ name: `Type ${subject}; it is not shown`, value: `type ${typed}` }],
        ),
        { name: `Leave; no step is begun${lab}`, value: 'leave' },
        { name: 'Go on without it', value: 'go' },
      ],
    },
  ])
  if (next === 'go' || next === 'leave') return next
  if (next.startsWith('type ')) await askSecret(next.slice('type '.length), opening, json)
  return 'again'
}

async function askSecret(name: string, opening: Opening, json: boolean): Promise<void> {
  const prompt = await prompter({ json })
  const validate = (value: string): string | true => opening.give(name, value) ?? true
  await prompt([{ type: 'password', name: 'value', message: `The secret ${name}:`, mask: '*', validate }])
}
