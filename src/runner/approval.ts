import type { Target } from '../fences/api.ts'
import type { ApprovalRecord } from '../journal/fold.ts'
import { valuesHash } from '../journal/values-hash.ts'
import { approvalRequest, differenceOf } from '../model/approval.ts'
import type { ApprovalRequest, ApprovalValues } from '../model/approval.ts'
import type { ApprovalAction, Eligible } from '../model/permission.ts'
import { approvalsNeeded, eligibleText, mayApprove } from '../model/permission.ts'
import { OperatorError } from '../model/problem.ts'
import type { Step } from '../model/runbook.ts'
import { instantText } from '../model/signed.ts'
import { challengeLine } from './approval-text.ts'
import { expiryOf, judgeAnswer } from './judge-approval.ts'
import type { Judge } from './judge-approval.ts'
import type { Approvals, Session, StepAnswer, WaitingApproval } from './ports.ts'
import { spokenRequest } from './spoken.ts'

export type ApprovalTools = Judge & {
  /** The answers that lie in the run's folder. */
  inbox: () => string[]
  /** Where a file of the run's folder is. */
  locate: (file: string) => string
  /** Who but the requester may answer, and how they are reached. */
  contacts: (eligible: Eligible, except: string) => string[]
  redact: (text: string) => string
}

/** Two-person approval without a server: a request goes into the journal, a signed answer comes back. */
export function approvals(tools: ApprovalTools): Approvals {
  return {
    obtain: (step, action, attempt, session) => obtain({ step, action, attempt, session, tools }),
    stillHold: (step, action, attempt, session) => {
      const { count } = approvalsNeeded(tools.policy, step, action)
      const record = currentRequest({ step, action, attempt, session, tools })
      return count === 0 || (record !== undefined && record.given.length >= count)
    },
  }
}

type Asking = { step: Step; action: ApprovalAction; attempt: number; session: Session; tools: ApprovalTools }

async function obtain(asking: Asking): Promise<StepAnswer> {
  const { step, action, session, tools } = asking
  const { count, waived } = approvalsNeeded(tools.policy, step, action)
  if (waived > 0) recordWaiver(step, waived, session)
  if (count === 0) return { kind: 'run' }
  const examined = new Set<string>()
  let problem: string | undefined
  const known = currentRequest(asking)
  if (known) publish(known, asking)
  let record = known ?? issue(asking, count)
  for (;;) {
    if (record.given.length >= count) return { kind: 'run' }
    const since = session.clock.monotonic()
    const answer = await session.operator.approval(waitingFor(record, asking, examined, problem), session)
    problem = undefined
    if (answer.kind === 'answer') {
      examined.add(answer.text)
      problem = await take(answer.text, record, asking, Math.round(session.clock.monotonic() - since))
    } else if (answer.kind !== 'renew') return answer
    // What expired, or no longer fits, is asked for anew.
    const current = answer.kind === 'renew' ? undefined : currentRequest(asking)
    if (current) continue
    record = issue(asking, count)
  }
}

function recordWaiver(step: Step, asked: number, session: Session): void {
  const reason = `the policy of ${session.environment.name} does not count what the runbook asks for`
  session.record({ event: 'approval-waived', step: step.id, asked, reason })
}

/** Judges an answer and records what came of it; returns why it was refused. */
async function take(
  text: string,
  record: ApprovalRecord,
  { step, session, tools }: Asking,
  waitedMs: number,
): Promise<string | undefined> {
  const { number, request, given } = record
  const requesterKey = session.state.identity?.key
  const pending = { step, request, requesterKey, given }
  const judgement = await judgeAnswer(text, pending, session.clock.now(), tools)
  if ('refused' in judgement)
    session.record({ event: 'approval-refused', step: step.id, number, reason: judgement.refused })
  else
    session.record({
      event: 'approval-given',
      step: step.id,
      number,
      ...judgement,
      expiresAt: request.expiresAt,
      waitedMs,
    })
  session.commit()
  return 'refused' in judgement ? judgement.refused : undefined
}

/** The last request for this, when it still fits in every particular and has not expired; also one from before a pause. */
function currentRequest(asking: Asking): ApprovalRecord | undefined {
  const { step, session } = asking
  const record = session.state.approvals.findLast((candidate) => candidate.step === step.id)
  if (!record || expiryOf(record.request, session.clock.now()) !== undefined) return undefined
  const { issuedAt, expiresAt } = record.request
  return differenceOf(record.request, requestFor(asking, issuedAt, expiresAt)) === undefined
    ? record
    : undefined
}

function issue(asking: Asking, needed: number): ApprovalRecord {
  const { step, session, tools } = asking
  const now = session.clock.now()
  const request = requestFor(asking, instantText(now), instantText(now + tools.policy.approvalMs))
  const number = session.state.approvals.length + 1
  const kept = publish({ number, request }, asking)
  session.record({ event: 'approval-requested', step: step.id, number, needed, request, ...kept })
  session.commit()
  const record = session.state.approvals.at(-1)
  if (record?.number !== number) throw new Error('a request for approval was recorded but not folded')
  return record
}

/** The file may be missing after a crash or on another machine; the journal holds what it says. */
function publish({ number, request }: Pick<ApprovalRecord, 'number' | 'request'>, asking: Asking) {
  const text = `${JSON.stringify({ request, values: valuesOf(asking) }, null, 2)}\n`
  return asking.session.keep(requestFile(number), text)
}

function requestFile(number: number): string {
  return `approvals/${number}.json`
}

function requestFor(asking: Asking, issuedAt: string, expiresAt: string): ApprovalRequest {
  const { step, action, attempt, session } = asking
  const request: ApprovalRequest = {
    run: session.state.run,
    runbook: session.runbook.id,
    step: step.id,
    attempt,
    action,
    digest: session.runbook.digest,
    values: valuesHash(valuesOf(asking)),
    environment: session.environment.name,
    requester: session.operatorName,
    issuedAt,
    expiresAt,
  }
  const { success, error } = approvalRequest.safeParse(request)
  if (success) return request
  const wrong = error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new OperatorError('refused', { message: `nobody can be asked to approve this: ${wrong.join('; ')}` })
}

/**
 * Everything that the step can read, without secrets, which are in no file: what is hashed is what the approver sees. In one order,
 * because a resumed run has its inputs in another, and writes the file again that the journal names by its hash.
 */
function valuesOf({ session, tools }: Asking): ApprovalValues {
  const { runbook, inputs, state, targets } = session
  const known = Object.entries(inputs).map(([name, value]) => {
    const isSecret = runbook.inputs[name]?.type === 'secret'
    return [name, isSecret ? null : value] as const
  })
  const places = Object.entries(targets).map(
    ([name, target]) => [name, tools.redact(placeOf(target))] as const,
  )
  return {
    inputs: Object.fromEntries(known.sort(byName)),
    outputs: { ...state.outputs },
    targets: Object.fromEntries(places.sort(byName)),
  }
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}

function placeOf(target: Target): string {
  return Object.entries(target)
    .filter(([name]) => name !== 'password' && name !== 'name')
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ')
}

/** What the prompt shows while it waits, and where it looks for an answer. */
function waitingFor(
  { number, request, needed, given }: ApprovalRecord,
  asking: Asking,
  examined: ReadonlySet<string>,
  problem: string | undefined,
): WaitingApproval {
  const { step, tools } = asking
  const eligible = mayApprove(tools.policy, step)
  return {
    step,
    action: request.action,
    needed,
    given: given.map(({ approver }) => approver),
    expiresAt: Date.parse(request.expiresAt),
    who: eligible === 'anyone' ? 'anyone of contacts.yaml with an SSH key' : eligibleText(eligible),
    contacts: tools.contacts(eligible, request.requester),
    number,
    line: challengeLine({ request, values: valuesOf(asking) }),
    file: tools.locate(requestFile(number)),
    spoken: spokenRequest(request),
    problem,
    look: () => tools.inbox().find((text) => !examined.has(text)),
  }
}
