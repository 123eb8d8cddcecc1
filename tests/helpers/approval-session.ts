import { emptyState, fold } from '../../src/journal/fold.ts'
import type { Person } from '../../src/model/contact.ts'
import { JOURNAL_VERSION, parseEvent } from '../../src/model/event.ts'
import type { EventBody, JournalEvent } from '../../src/model/event.ts'
import { policyOf } from '../../src/model/permission.ts'
import type { Policy } from '../../src/model/permission.ts'
import type { PolicySpec } from '../../src/model/policy.ts'
import type { Runbook, Step } from '../../src/model/runbook.ts'
import { verifyPerson } from '../../src/host/ssh.ts'
import { approvals } from '../../src/runner/approval.ts'
import type { ApprovalReply, Operator, Session, WaitingApproval } from '../../src/runner/ports.ts'
import { unattendedOperator } from '../../src/runner/unattended.ts'

export const STARTED = Date.parse('2026-11-21T01:22:15Z')
const DIGEST = 'ab'.repeat(32)

export function stepOf(more: Partial<Step> = {}): Step {
  return {
    kind: 'step',
    id: 'fence-primary',
    title: 'Fence',
    prose: '',
    place: { file: 'runbooks/two.mdx', line: 1, column: 1 },
    when: [],
    role: 'dba',
    danger: 'destructive',
    timeoutMs: 1000,
    retries: 0,
    approvals: 1,
    outputs: {},
    fences: [],
    ...more,
  }
}

function runbookOf(step: Step): Runbook {
  return {
    id: 'database-failure',
    file: 'runbooks/database-failure.mdx',
    title: 'Database failure',
    summary: '',
    service: 'shop',
    severity: 'sev1',
    triggers: [],
    requires: [],
    inputs: { reason: { type: 'string', prompt: '' }, password: { type: 'secret', prompt: '' } },
    intro: '',
    nodes: [step],
    sources: [],
    digest: DIGEST,
  }
}

export type Script = (waiting: WaitingApproval, session: Session) => ApprovalReply | Promise<ApprovalReply>

/** A run that waits for approvals, in memory: real folding, real signatures, a clock that is set by hand. */
export class ApprovalRun {
  readonly step: Step
  readonly session: Session
  readonly events: JournalEvent[]
  readonly asked: WaitingApproval[] = []
  readonly files = new Map<string, string>()
  inbox: string[] = []
  now = STARTED + 60_000
  /** Answers, in the order in which the operator gives them; an approval that is asked for too often fails the test. */
  script: Script[] = []
  readonly policy: Policy

  constructor(
    people: Record<string, Person>,
    options: {
      step?: Step
      policy?: PolicySpec
      lab?: boolean
      operator?: string
      redact?: (text: string) => string
      targets?: Session['targets']
      /** The journal of the run so far: it was paused, or killed. */
      events?: readonly JournalEvent[]
    } = {},
  ) {
    this.step = options.step ?? stepOf()
    this.policy = policyOf({ protected: true, lab: options.lab ?? false, policy: options.policy })
    this.events = [...(options.events ?? [])]
    const tools = {
      policy: this.policy,
      people,
      verify: (claim: Parameters<typeof verifyPerson>[0]) => verifyPerson(claim, people),
      inbox: () => this.inbox,
      locate: (file: string) => `/runs/x/${file}`,
      contacts: () => [],
      redact: options.redact ?? ((text: string) => text),
    }
    this.session = this.#sessionOf(options.operator ?? 'ada', approvals(tools))
    Object.assign(this.session.targets, options.targets)
    for (const event of this.events) fold(this.session.state, event)
    this.session.state.run ||= '20261121-012215-078-database-failure-e658'
  }

  obtain(action: 'run' | 'rollback' = 'run', attempt = 1): ReturnType<Session['approvals']['obtain']> {
    return this.session.approvals.obtain(this.step, action, attempt, this.session)
  }

  /** The reasons for which answers were refused, in their order. */
  refusals(): string[] {
    return this.events.flatMap((event) => (event.event === 'approval-refused' ? [event.reason] : []))
  }

  names(): string[] {
    return this.events.map(({ event }) => event)
  }

  #sessionOf(operator: string, port: Session['approvals']): Session {
    const runbook = runbookOf(this.step)
    const state = emptyState()
    const record = (body: EventBody): JournalEvent => {
      const head = {
        v: JOURNAL_VERSION,
        seq: this.events.length + 1,
        mono: this.now,
        prev: '0'.repeat(64),
      } as const
      const place = { digest: runbook.digest, operator, environment: 'production' }
      const event = parseEvent({ ...head, at: new Date(this.now).toISOString(), ...body, ...place })
      this.events.push(event)
      fold(state, event)
      return event
    }
    return {
      runbook,
      state,
      mode: 'interactive',
      inputs: { reason: 'the primary is gone', password: 'hunter2' },
      targets: { 'shop.edge': { name: 'shop.edge', kind: 'http', url: 'https://shop.example.com' } },
      environment: { name: 'production', protected: true },
      operatorName: operator,
      unattended: false,
      root: '/',
      snapshot: '/',
      clock: { now: () => this.now, monotonic: () => this.now },
      executor: {
        execute: () => Promise.reject(new Error('nothing is executed here')),
        cancel: () => {},
        recorded: () => {},
        recover: () => Promise.reject(new Error('nothing is recovered here')),
      },
      operator: this.#operator(),
      access: { barred: () => undefined },
      approvals: port,
      screen: { event: noop, node: noop, output: noop, waiting: noop, fence: noop },
      messenger: {
        route: () => ({ comms: 'comms_internal', channels: ['file'] }),
        wake: noop,
        ready: () => Promise.resolve(),
      },
      interruption: { requested: 'no', reason: '' },
      record,
      commit: () => {},
      keep: (file, text) => {
        this.files.set(file, text)
        return { file, sha256: '0'.repeat(64) }
      },
    }
  }

  #operator(): Operator {
    return {
      ...unattendedOperator(new Map()),
      approval: async (waiting, session) => {
        this.asked.push(waiting)
        const next = this.script.shift()
        return next ? await next(waiting, session) : { kind: 'pause', reason: 'the script is over' }
      },
    }
  }
}

function noop(): void {}
