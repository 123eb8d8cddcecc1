import { formatDuration } from '../model/duration.ts'
import type { WaitingApproval } from '../runner/ports.ts'
import type { KeyChoice } from './step-prompt.ts'

/** A line that is longer is handed over as a file. */
const LONGEST_LINE = 3000
const GROUPS_A_LINE = 5

/** What somebody who needs the approval of others is told: who, and three ways to reach them. */
export function requestLines(waiting: WaitingApproval): string[] {
  const { line, file, who, contacts, needed } = waiting
  const people = needed === 1 ? 'Another person' : `${needed} other people`
  const byLine =
    line.length > LONGEST_LINE
      ? []
      : [
          'Send them this line. They run it in their own checkout of this repository:',
          '',
          `npm run approve -- '${line}'`,
          '',
        ]
  return [
    `${people} must approve this: ${who}; never you.`,
    ...contacts,
    '',
    ...byLine,
    `${byLine.length > 0 ? 'Or give' : 'Give'} them this file, by USB stick or on this machine:`,
    '',
    `npm run approve -- ${file}`,
    '',
    ...(waiting.spoken ? ['Nothing but a telephone? Type t.'] : []),
  ]
}

/** What is read out over a telephone, in the order in which the other side is asked for it. */
export function spokenLines({ step, spoken }: WaitingApproval, session: SpokenPlace): string[] {
  if (!spoken) return ['This request is too long to be read out: send the line or the file.']
  return [
    'They start   npm run approve -- --spoken   and pick what you read to them:',
    `  runbook ${session.runbook.id} · step ${step.id} · environment ${session.environment.name} · who asks ${session.operatorName}`,
    'and type these groups; the last sign of each tells them whether they heard it right:',
    ...numberedGroups(spoken),
    'They read an answer back: type their id (as in contacts.yaml), a space, and their groups.',
  ]
}

type SpokenPlace = { runbook: { id: string }; environment: { name: string }; operatorName: string }

/** Groups in short lines, each with the number of its first group. */
export function numberedGroups(groups: readonly string[]): string[] {
  return Array.from({ length: Math.ceil(groups.length / GROUPS_A_LINE) }, (_, row) => {
    const first = row * GROUPS_A_LINE
    return `  ${String(first + 1).padStart(2)}  ${groups.slice(first, first + GROUPS_A_LINE).join('  ')}`
  })
}

export function waitingText({ given, needed }: WaitingApproval): string {
  const so = given.length === 0 ? '' : `, ${given.join(', ')} so far`
  return `Waiting for approval (${given.length} of ${needed}${so}). Paste it here, or put its file beside the request.`
}

export function validText({ expiresAt }: WaitingApproval, now: number): string {
  return now < expiresAt
    ? `valid for ${formatDuration(Math.ceil((expiresAt - now) / 1000) * 1000)} more`
    : 'EXPIRED: type w for a new request'
}

export function approvalChoices(
  { action, spoken }: WaitingApproval,
  leaving: readonly KeyChoice[],
): KeyChoice[] {
  const phone = spoken ? [{ key: 't', label: 'by telephone', value: 'phone' }] : []
  const own = [...phone, { key: 'w', label: 'new request', value: 'renew' }]
  // A rollback that is not approved is neither skipped nor rolled back.
  return [...own, ...leaving.filter(({ value }) => action === 'run' || value === 'pause' || value === 'help')]
}

/** Long enough not to be a slip of the finger. */
export function looksLikeAnswer(text: string): boolean {
  return text.length > 20
}
