import type { IncidentEvent, Moment } from '../model/incident-event.ts'
import type { Comms, Phase } from '../model/message-words.ts'

/** People inside and outside: a promise to them is kept when both were told. A regulator is told by a clock of its own. */
export const EVERYONE = 'everyone'

export type RoleHolder = { role: string; person: string; since: string }
/** `line` and `sha256` name the last line that the run's journal had when it was attached. */
export type AttachedRun = { run: string; runbook: string; line: number; sha256: string; seq: number }
/** `told`: of a promise to everyone, which of the two sides have heard since. */
export type Promised = {
  audience: string
  dueAt: string
  promisedAt: string
  seq: number
  told: Comms[]
}
export type StartedClock = { regulation: string; basis: string; startedAt: string; seq: number }
export type StoppedClock = {
  regulation: string
  notice: string | null
  reason: 'notified' | 'not_applicable'
  at: string
}

export type Delivery = {
  channel: string
  /** `pending`: recorded, not delivered yet, and tried again by itself. `failed`: not tried again by itself. */
  state: 'pending' | 'sent' | 'failed' | 'abandoned'
  attempts: number
  /** When it is tried next; undefined: as soon as something sends. */
  retryAt: string | undefined
  /** The receipt, or why it failed. */
  detail: string
  at: string
}

export type Message = {
  id: string
  comms: Comms
  audience: string
  phase: Phase | null
  template: string
  subject: string
  file: string
  sha256: string
  renderedAt: string
  actor: string
  deliveries: Delivery[]
}

/** What a journal says about an incident. Everything else about incidents is computed from this and from the events. */
export type IncidentState = {
  id: string
  title: string
  severity: string
  kind: string
  services: string[]
  environment: string | null
  declaredAt: string
  status: 'open' | 'over'
  overAt: string | undefined
  phase: Phase
  roles: Map<string, RoleHolder>
  runs: AttachedRun[]
  /** The last promise to each audience that no message has kept yet. */
  promises: Promised[]
  clocksStarted: StartedClock[]
  clocksStopped: StoppedClock[]
  /** The last telling of each moment: a later line corrects an earlier one. */
  moments: Map<Exclude<Moment, 'note'>, Extract<IncidentEvent, { event: Moment }>>
  messages: Message[]
  lastAt: string
  lines: number
}

type Of<Name extends IncidentEvent['event']> = Extract<IncidentEvent, { event: Name }>

export function emptyIncident(): IncidentState {
  return {
    id: '',
    title: '',
    severity: '',
    kind: 'incident',
    services: [],
    environment: null,
    declaredAt: '',
    status: 'open',
    overAt: undefined,
    phase: 'investigating',
    roles: new Map(),
    runs: [],
    promises: [],
    clocksStarted: [],
    clocksStopped: [],
    moments: new Map(),
    messages: [],
    lastAt: '',
    lines: 0,
  }
}

export function foldIncident(events: readonly IncidentEvent[]): IncidentState {
  const state = emptyIncident()
  for (const event of events) takeIncidentEvent(state, event)
  return state
}

/** Takes one more event into the state. */
export function takeIncidentEvent(state: IncidentState, event: IncidentEvent): void {
  state.id = event.of
  state.lastAt = event.at
  state.lines = event.seq
  switch (event.event) {
    case 'declared':
    case 'severity_changed':
    case 'declared_over':
    case 'reopened':
      return foldFrame(state, event)
    case 'role_assumed':
      state.roles.set(event.role, { role: event.role, person: event.person, since: event.occurredAt })
      return
    case 'role_released':
      if (state.roles.get(event.role)?.person === event.person) state.roles.delete(event.role)
      return
    case 'run_attached':
    case 'run_detached':
      return foldRuns(state, event)
    case 'update_promised':
      state.promises = state.promises.filter(({ audience }) => audience !== event.audience)
      state.promises.push({
        audience: event.audience,
        dueAt: event.dueAt,
        promisedAt: event.occurredAt,
        seq: event.seq,
        told: [],
      })
      return
    case 'clock_started':
    case 'clock_stopped':
      return foldClock(state, event)
    case 'message_rendered':
    case 'message_sent':
    case 'message_failed':
    case 'message_retried':
    case 'message_abandoned':
      return foldMessage(state, event)
    case 'note':
    case 'decision':
    case 'hypothesis':
    case 'step_started':
    case 'step_passed':
    case 'step_failed':
    case 'step_skipped':
      return
    default:
      foldMoment(state, event)
  }
}

function foldFrame(
  state: IncidentState,
  event: Of<'declared' | 'severity_changed' | 'declared_over' | 'reopened'>,
): void {
  switch (event.event) {
    case 'declared': {
      const { title, severity, kind, services, environment, occurredAt } = event
      Object.assign(state, { title, severity, kind, services, environment, declaredAt: occurredAt })
      return
    }
    case 'severity_changed':
      state.severity = event.to
      return
    case 'declared_over':
      Object.assign(state, { status: 'over', overAt: event.occurredAt, promises: [] })
      return
    case 'reopened':
      Object.assign(state, { status: 'open', overAt: undefined })
  }
}

function foldRuns(state: IncidentState, event: Of<'run_attached' | 'run_detached'>): void {
  state.runs = state.runs.filter(({ run }) => run !== event.run)
  if (event.event === 'run_detached') return
  const { run, runbook, line, sha256, seq } = event
  state.runs.push({ run, runbook, line, sha256, seq })
}

function foldClock(state: IncidentState, event: Of<'clock_started' | 'clock_stopped'>): void {
  const { regulation } = event
  if (event.event === 'clock_stopped') {
    const { notice, reason, occurredAt } = event
    state.clocksStopped.push({ regulation, notice, reason, at: occurredAt })
    return
  }
  const { basis, occurredAt, seq } = event
  // Told again, the start is corrected.
  state.clocksStarted = state.clocksStarted.filter(
    (clock) => clock.regulation !== regulation || clock.basis !== basis,
  )
  state.clocksStarted.push({ regulation, basis, startedAt: occurredAt, seq })
}

function foldMoment(state: IncidentState, event: Extract<IncidentEvent, { event: Moment }>): void {
  if (event.event === 'note') return
  state.moments.set(event.event, event)
}

/** The messages of an incident; the outbox of a run holds nothing else. */
function foldMessage(
  state: IncidentState,
  event: Of<'message_rendered' | 'message_sent' | 'message_failed' | 'message_retried' | 'message_abandoned'>,
): void {
  if (event.event === 'message_rendered') return addMessage(state, event)
  const delivery = state.messages
    .find(({ id }) => id === event.message)
    ?.deliveries.find(({ channel }) => channel === event.channel)
  if (!delivery) return
  delivery.at = event.occurredAt
  switch (event.event) {
    case 'message_sent':
      Object.assign(delivery, { state: 'sent', attempts: event.attempt, detail: event.receipt })
      return
    case 'message_failed':
      Object.assign(delivery, {
        state: event.retryAt === null ? 'failed' : 'pending',
        attempts: event.attempt,
        retryAt: event.retryAt ?? undefined,
        detail: event.text,
      })
      return
    case 'message_retried':
      Object.assign(delivery, { state: 'pending', retryAt: undefined })
      return
    case 'message_abandoned':
      Object.assign(delivery, { state: 'abandoned', detail: event.text })
  }
}

function addMessage(state: IncidentState, event: Of<'message_rendered'>): void {
  const { message: id, comms, audience, phase, template, subject, file, sha256, actor } = event
  state.messages.push({
    id,
    comms,
    audience,
    phase,
    template,
    subject,
    file,
    sha256,
    renderedAt: event.occurredAt,
    actor,
    deliveries: event.channels.map((channel) => ({
      channel,
      state: 'pending',
      attempts: 0,
      retryAt: undefined,
      detail: '',
      at: event.occurredAt,
    })),
  })
  if (phase !== null) state.phase = phase
  state.promises = state.promises.flatMap((promise) => keptBy(promise, event) ?? [])
}

/** What is left of a promise after a message; undefined when it is kept. A word inside keeps nothing that customers wait for. */
function keptBy(promise: Promised, { audience, comms }: Of<'message_rendered'>): Promised | undefined {
  if (promise.audience === audience) return undefined
  if (promise.audience !== EVERYONE) return promise
  const told = [...new Set([...promise.told, comms])]
  const isKept = told.includes('comms_internal') && told.includes('comms_external')
  return isKept ? undefined : { ...promise, told }
}
