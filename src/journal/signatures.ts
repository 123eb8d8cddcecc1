import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { approvalStatement } from '../model/approval.ts'
import type { ApprovalRequest } from '../model/approval.ts'
import type { JournalEvent } from '../model/event.ts'
import type { Problem } from '../model/problem.ts'
import { identityStatement, journalStatement } from '../model/signed.ts'
import type { SignatureClaim } from '../model/signed.ts'
import { isBoundTo, readRequest } from './approved-values.ts'
import type { Since } from './approved-values.ts'
import { emptyState, fold } from './fold.ts'
import { readJournal } from './read.ts'
import type { ReadJournal } from './read.ts'
import { journalFile } from './run-directory.ts'
import { fingerprint, readSignature } from './ssh-signature.ts'

/** How signatures are checked: against a list of allowed signers, and nothing else. */
export type SignatureTools = {
  /** Undefined when the person signed exactly that; otherwise why that is not so. */
  verify: (claim: SignatureClaim) => Promise<string | undefined>
  /** Whose key made the signature. */
  principals: (signature: string) => Promise<string[]>
  /** Why this person was not one to approve this, by policy and contacts; undefined also where nobody can tell. */
  barred: (approver: string, request: ApprovalRequest) => string | undefined
}

export type SignatureReport = { signedBy: string | undefined; problems: Problem[]; notes: string[] }

const MOST_BYTES = 20_000
/** Between the last look at an approval and the line that says that the step begins. */
const BEGINNING_MS = 5000

export function signaturePath(directory: string): string {
  return path.join(directory, 'seal.sig')
}

/** Whether there is anything in the run that somebody signed. */
export function hasSignatures(directory: string): boolean {
  return existsSync(signaturePath(directory)) || readJournal(journalFile(directory)).events.some(isSigned)
}

function isSigned(event: JournalEvent): boolean {
  return event.event === 'identity-proved' || event.event === 'approval-given'
}

/** Checks who signed the journal, and every signature in it. Needs nothing but the run's folder and the allowed signers. */
export async function verifySignatures(
  directory: string,
  tools: SignatureTools,
  { required }: { required: boolean },
): Promise<SignatureReport> {
  const file = journalFile(directory)
  const journal = readJournal(file)
  const report: SignatureReport = { signedBy: undefined, problems: [], notes: [] }
  await checkSeal(directory, journal, tools, required, report)
  const check = new EventCheck(directory, journal.events, tools)
  report.problems.push(...(await check.problems()))
  return report
}

async function checkSeal(
  directory: string,
  journal: ReadJournal,
  tools: SignatureTools,
  required: boolean,
  report: SignatureReport,
): Promise<void> {
  const file = signaturePath(directory)
  if (!existsSync(file)) {
    if (required) report.problems.push({ file, message: 'is missing: nobody has signed this journal' })
    else report.notes.push('The journal is not signed: who wrote it cannot be told.')
    return
  }
  const signature = readFileSync(file).subarray(0, MOST_BYTES).toString('utf8')
  const run = journal.events.find((event) => event.event === 'run-started')?.run ?? ''
  const text = journalStatement({ run, lines: journal.end.seq, head: journal.end.hash })
  const signers = await tools.principals(signature)
  const [person] = signers
  if (person === undefined) {
    report.problems.push({ file, message: 'was made with a key that is not one of the allowed signers' })
    return
  }
  const operators = new Set(journal.events.map(({ operator }) => operator))
  const operator = signers.find((signer) => operators.has(signer))
  const wrong = await tools.verify({ purpose: 'journal', text, person: operator ?? person, signature })
  if (wrong !== undefined)
    report.problems.push({ file, message: `the journal is not the one that was signed: ${wrong}` })
  else if (operator === undefined)
    report.problems.push({ file, message: `was made by ${person}, who is not an operator of this run` })
  else report.signedBy = `${operator} (${fingerprint(readSignature(signature)?.key ?? '')})`
}

type Requested = Extract<JournalEvent, { event: 'approval-requested' }>
type Given = Extract<JournalEvent, { event: 'approval-given' }>
type Request = { asked: Requested; values: ReturnType<typeof readRequest>; keys: Set<string> }

/** The signatures within a journal, and that nothing was begun without those it had been asked to wait for. */
class EventCheck {
  readonly #directory: string
  readonly #file: string
  readonly #events: readonly JournalEvent[]
  readonly #tools: SignatureTools
  /** Each key counts once, whatever names it has. */
  readonly #requests = new Map<number, Request>()
  readonly #problems: Problem[] = []
  /** The run as it was before the event that is looked at. */
  readonly #state = emptyState()
  readonly #since: Since = { resumed: false, accepted: false }

  constructor(directory: string, events: readonly JournalEvent[], tools: SignatureTools) {
    this.#directory = directory
    this.#file = journalFile(directory)
    this.#events = events
    this.#tools = tools
  }

  async problems(): Promise<Problem[]> {
    for (const event of this.#events) {
      await this.#look(event)
      fold(this.#state, event)
    }
    return this.#problems
  }

  async #look(event: JournalEvent): Promise<void> {
    switch (event.event) {
      case 'run-resumed':
        this.#since.resumed = true
        return
      case 'runbook-accepted':
        this.#since.accepted = true
        return
      case 'identity-proved':
        return await this.#identity(event)
      case 'approval-requested':
        return this.#requested(event)
      case 'approval-given':
        return await this.#given(event)
      case 'step-started':
        return this.#begun(event, event.step, 'run')
      case 'step-rollback-started':
        return this.#begun(event, event.step, 'rollback')
      default:
    }
  }

  #report(event: JournalEvent, message: string): void {
    this.#problems.push({ file: this.#file, line: event.seq, message })
  }

  async #identity(event: Extract<JournalEvent, { event: 'identity-proved' }>): Promise<void> {
    const { person, signature, environment, host, provedAt } = event
    if (person !== event.operator)
      this.#report(event, `${event.operator} is at work, but ${person} proved who they are`)
    const text = identityStatement({ run: this.#state.run, person, environment, host, provedAt })
    const wrong = await this.#tools.verify({ purpose: 'identity', text, person, signature })
    if (wrong !== undefined) this.#report(event, `the proof that ${person} was there is not valid: ${wrong}`)
    else this.#sameKey(event)
  }

  /** What reads a journal goes by the key that stands in it. */
  #sameKey(event: Extract<JournalEvent, { event: 'identity-proved' | 'approval-given' }>): void {
    if (event.key !== fingerprint(readSignature(event.signature)?.key ?? ''))
      this.#report(event, `${event.key} is not the key that made the signature`)
  }

  #requested(event: Requested): void {
    const { request, number } = event
    const fits =
      request.run === this.#state.run &&
      request.runbook === this.#state.runbook &&
      request.step === event.step &&
      request.digest === event.digest &&
      request.environment === event.environment &&
      request.requester === event.operator
    if (!fits) this.#report(event, 'the request for approval is not about this run')
    const values = readRequest(this.#directory, event)
    if (!('problem' in values) && !isBoundTo(this.#state, event, values, this.#since))
      this.#report(
        event,
        'the inputs, outputs or targets that approval was asked for are not those of this run',
      )
    this.#requests.set(number, { asked: event, values, keys: new Set() })
  }

  async #given(event: Given): Promise<void> {
    const { approver, signature, number } = event
    const known = this.#requests.get(number)
    if (known?.asked.step !== event.step) return this.#report(event, 'an approval without its request')
    const { request } = known.asked
    if ('problem' in known.values) this.#report(event, known.values.problem)
    const text = approvalStatement(request)
    const wrong = await this.#tools.verify({ purpose: 'approval', text, person: approver, signature })
    const signers = await this.#tools.principals(signature)
    const barred = this.#tools.barred(approver, request)
    if (wrong !== undefined) this.#report(event, `the approval of ${approver} is not valid: ${wrong}`)
    else if (approver === request.requester || signers.includes(request.requester))
      this.#report(event, `${request.requester} approved what they had asked for themselves`)
    else if (Date.parse(event.at) >= Date.parse(request.expiresAt))
      this.#report(event, `the approval of ${approver} came after the request had expired`)
    else if (barred !== undefined) this.#report(event, barred)
    else {
      this.#sameKey(event)
      known.keys.add(readSignature(signature)?.key ?? '')
    }
  }

  /** The last request for this step and this attempt has to be answered, and still be valid. */
  #begun(
    event: Extract<JournalEvent, { event: 'step-started' | 'step-rollback-started' }>,
    step: string,
    action: string,
  ): void {
    const asked = [...this.#requests.values()].findLast(
      ({ asked: { request } }) =>
        request.step === step &&
        request.action === action &&
        (event.event !== 'step-started' || request.attempt === event.attempt),
    )
    if (!asked) return
    const { asked: question, values } = asked
    const { needed, request } = question
    if (asked.keys.size < needed)
      this.#report(event, `${step} was begun with ${asked.keys.size} of ${needed} approvals`)
    else if (Date.parse(event.at) > Date.parse(request.expiresAt) + BEGINNING_MS)
      this.#report(event, `${step} was begun after its approval had expired`)
    else if (request.digest !== event.digest || request.requester !== event.operator)
      this.#report(event, `${step} was begun by somebody else, or in another version, than was approved`)
    else if (!('problem' in values) && !isBoundTo(this.#state, question, values, this.#since))
      this.#report(event, `${step} was begun with other inputs, outputs or targets than were approved`)
  }
}
