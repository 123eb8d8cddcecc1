import type { Plan } from '../../document/plan.ts'
import { formatDuration } from '../../model/duration.ts'
import type { ApprovalRequest } from '../../model/approval.ts'
import type { Fence, Runbook, Step } from '../../model/runbook.ts'
import { methodsOf } from '../contacts.ts'
import type { Asked } from './give.ts'

type Subject = { plan: Plan; runbook: Runbook; step: Step; asked: Asked; now: number }

/** A request in plain words, for somebody who was called out of bed. */
export function describeRequest({ plan, runbook, step, asked, now }: Subject): string[] {
  const { request } = asked
  return [
    '',
    request.action === 'run'
      ? 'You are asked to approve a step:'
      : 'You are asked to approve that a step is UNDONE:',
    '',
    ...facts(factsOf(plan, runbook, step, request, now)),
    '',
    ...valueLines(asked),
    '',
    ...commandLines(runbook, step, request),
    'If you did not expect this, call them back before you approve:',
    `  ${callBack(plan, request.requester)}`,
    '',
  ]
}

function factsOf(
  plan: Plan,
  runbook: Runbook,
  step: Step,
  request: ApprovalRequest,
  now: number,
): [string, string][] {
  const person = plan.contacts.people[request.requester]
  const left = Date.parse(request.expiresAt) - now
  const danger = step.danger === 'destructive' ? 'DESTRUCTIVE' : step.danger
  const retries = step.retries > 0 ? ` and up to ${step.retries} automatic retries` : ''
  return [
    ['Runbook', `${runbook.title} (${runbook.id})`],
    ['Step', `${step.title} (${step.id})`],
    ['Attempt', `${request.attempt}${retries}`],
    ['Danger', step.target === undefined ? danger : `${danger} for ${step.target}`],
    ['Environment', `${plan.environments[request.environment]?.title ?? '?'} (${request.environment})`],
    ['Who asks', `${person?.name ?? 'NOT IN contacts.yaml'} (${request.requester})`],
    ['Run', request.run],
    ['Asked at', request.issuedAt],
    [
      'Valid until',
      `${request.expiresAt}, for ${formatDuration(Math.max(0, Math.round(left / 1000) * 1000))} more`,
    ],
  ]
}

function facts(rows: [string, string][]): string[] {
  return rows.map(([name, text]) => `  ${name.padEnd(12)} ${text}`)
}

function valueLines({ values }: Asked): string[] {
  if (!values)
    return [
      'Inputs, outputs and targets were not read out: have them told to you. Your approval is bound to exactly those of the run.',
    ]
  const inputs = Object.entries(values.inputs).map(([name, value]) => [
    `input ${name}`,
    value === null ? '(secret)' : JSON.stringify(value),
  ])
  const outputs = Object.entries(values.outputs).map(([name, value]) => [
    `output ${name}`,
    JSON.stringify(value),
  ])
  const targets = Object.entries(values.targets).map(([name, place]) => [`target ${name}`, place])
  const rows = [...inputs, ...outputs, ...targets].map((row) => `  ${harmless(row.join(' = '))}`)
  return ['With these values:', ...rows]
}

const LONGEST = 400

/** What somebody else sent stays on its line, and cannot look like anything but itself. */
function harmless(text: string): string {
  const visible = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\uFFFD')
  return visible.length <= LONGEST ? visible : `${visible.slice(0, LONGEST)}… (${visible.length} characters)`
}

function commandLines(runbook: Runbook, step: Step, request: ApprovalRequest): string[] {
  if (runbook.digest !== request.digest)
    return [
      `THIS CHECKOUT HAS ANOTHER VERSION OF THE RUNBOOK (${runbook.digest.slice(0, 12)}, asked for ${request.digest.slice(0, 12)}):`,
      'what will run cannot be shown. Update it (git pull) and look again, or have it read to you.',
      '',
    ]
  const roles = request.action === 'run' ? ['check', 'run', 'verify'] : ['rollback']
  const fences = step.fences.filter(({ role }) => roles.includes(role))
  if (!fences.some(({ role }) => role === 'run' || role === 'rollback'))
    return ['It is done by hand; the runbook says how.', '', ...fences.flatMap(fenceLines)]
  return ['What will run, exactly:', '', ...fences.flatMap(fenceLines)]
}

function fenceLines(fence: Fence): string[] {
  const where = fence.script ?? `${fence.place.file}:${fence.place.line}`
  const head = `── ${fence.role} (${fence.lang}) ${where}${fence.on === undefined ? '' : ` on ${fence.on}`}`
  return [head, ...fence.code.split('\n').map((line) => `   ${line}`), '']
}

function callBack(plan: Plan, requester: string): string {
  const person = plan.contacts.people[requester]
  return person ? `${person.name}: ${methodsOf(person)}` : `${requester} is not in docs/plan/contacts.yaml`
}
