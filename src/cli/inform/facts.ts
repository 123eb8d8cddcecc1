import type { Plan } from '../../document/plan.ts'
import type { IncidentState } from '../../journal/fold-incident.ts'
import { emptyState, foldAll } from '../../journal/fold.ts'
import type { RunState } from '../../journal/fold.ts'
import { readJournal } from '../../journal/read.ts'
import { journalFile } from '../../journal/run-directory.ts'
import { formatDuration } from '../../model/duration.ts'
import { messageFacts } from '../../model/message-facts.ts'
import type { MessageFacts } from '../../model/message-facts.ts'
import type { Phase } from '../../model/message-words.ts'
import { existsSync } from 'node:fs'
import path from 'node:path'

export type Subject = {
  state: IncidentState
  plan: Plan
  runs: string
  audience: string
  phase: Phase
  text: string
  /** RFC 3339; undefined when no update is promised. */
  nextUpdateAt: string | undefined
  now: number
}

/** What a message about an incident can say; what nobody told is empty. */
export function incidentFacts(subject: Subject): MessageFacts {
  const { state, plan, audience, phase, text, nextUpdateAt, now } = subject
  const run = lastRun(subject)
  const moment = (name: 'impact_start' | 'mitigated' | 'resolved'): string =>
    forPeople(state.moments.get(name)?.occurredAt)
  return messageFacts.parse({
    title: state.title,
    text,
    audience,
    phase,
    severity: state.severity,
    isSevere: state.severity === 'sev1' || state.severity === 'sev2',
    mode: run.run === '' ? '' : run.mode,
    isDrill: state.kind !== 'incident',
    now: forPeople(new Date(now).toISOString()),
    elapsed: wholeSeconds(now - Date.parse(state.declaredAt)),
    nextUpdateAt: forPeople(nextUpdateAt),
    nextUpdateIn: nextUpdateAt === undefined ? '' : wholeSeconds(Date.parse(nextUpdateAt) - now),
    impactStart: moment('impact_start'),
    mitigatedAt: moment('mitigated'),
    resolvedAt: moment('resolved'),
    incident: {
      id: state.id,
      kind: state.kind,
      declaredAt: forPeople(state.declaredAt),
      commander: nameOf(plan, state.roles.get('commander')?.person ?? ''),
      services: state.services.map((id) => ({ id, title: plan.services[id]?.title ?? id })),
      roles: [...state.roles.values()].map(({ role, person }) => ({ role, person: nameOf(plan, person) })),
      runs: state.runs.map((one) => one.run),
    },
    ...runFacts(run),
  })
}

/** `2026-11-21 05:44 UTC`. */
function forPeople(time: string | undefined): string {
  if (time === undefined) return ''
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

function nameOf({ contacts }: Plan, person: string): string {
  return Object.hasOwn(contacts.people, person) ? (contacts.people[person]?.name ?? person) : person
}

function wholeSeconds(ms: number): string {
  return formatDuration(Math.max(0, Math.floor(ms / 1000) * 1000))
}

/** The run that was attached last; an empty one when there is none. */
function lastRun({ state, runs }: Subject): RunState {
  const last = state.runs.at(-1)
  const file = last && journalFile(path.join(runs, last.run))
  return file !== undefined && existsSync(file) ? foldAll(readJournal(file).events) : emptyState()
}

function runFacts(
  run: RunState,
): Pick<MessageFacts, 'runbook' | 'run' | 'input' | 'outputs' | 'decisions' | 'done'> {
  const { runbook, title, service, run: id, startedAt, operator, environment } = run
  return {
    runbook: { id: runbook, title, service, severity: '' },
    run: { id, startedAt, operator, environment },
    input: Object.fromEntries(Object.entries(run.inputs).map(([name, value]) => [name, value ?? '(secret)'])),
    outputs: { ...run.outputs },
    decisions: Object.fromEntries(run.decisions),
    done: Object.fromEntries([...run.steps].map(([step, { status }]) => [step, status === 'done'])),
  }
}
