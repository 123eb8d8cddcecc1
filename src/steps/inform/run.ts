import Handlebars from 'handlebars'
import { runElapsedMs, stepState } from '../../journal/fold.ts'
import { formatDuration } from '../../model/duration.ts'
import type { MessageFacts } from '../../model/message-facts.ts'
import type { Inform } from '../../model/runbook.ts'
import { executables, steps } from '../../model/runbook.ts'
import type { Session } from '../../runner/ports.ts'
import { answeredBy, declined, elapsed } from '../answers.ts'
import type { Onward } from '../answers.ts'

/** Writes the message, keeps it with the run once the operator agrees, and has it sent aside. */
export async function runInform(inform: Inform, session: Session): Promise<Onward> {
  const asked = session.clock.monotonic()
  const answer = await session.operator.confirm(inform, session)
  if (answer.kind !== 'run') return declined(inform.id, answer, session)
  session.record({
    event: 'step-confirmed',
    step: inform.id,
    by: answeredBy(session),
    waitedMs: elapsed(session, asked),
  })
  const message = renderInform(inform, session)
  session.commit()
  const { file, sha256 } = session.keep(`inform/${inform.id.replaceAll('/', '.')}.md`, message)
  session.record({ event: 'inform-written', step: inform.id, audience: inform.audience, file, sha256 })
  const { comms, channels } = session.messenger.route(inform.audience)
  session.record({
    event: 'inform-queued',
    step: inform.id,
    comms,
    audience: inform.audience,
    phase: inform.phase ?? null,
    severity: session.runbook.severity,
    template: inform.template,
    subject: subjectOf(message),
    file,
    sha256,
    channels,
  })
  session.commit()
  // Nobody waits: a recovery goes on whether or not anybody can be told.
  session.messenger.wake()
  return { kind: 'next' }
}

/** The first line of a message says what it is about. */
export function subjectOf(message: string): string {
  return (message.trimStart().split('\n')[0] ?? '').trim()
}

/**
 * The message as it stands now. Plain text: nothing is escaped, and it is never executed. What a skipped step would have told is
 * "(not known)": a message is not worth a recovery that cannot go on.
 */
export function renderInform(inform: Inform, session: Session): string {
  try {
    return fillIn(inform.text, messageFacts(inform, session))
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    return `(templates/inform/${inform.template}.hbs cannot be filled in: ${reason}. Write this message by hand.)\n${inform.text}`
  }
}

/** Fills a template in: strictly, because a hole in a message is worse than none. */
export function fillIn(text: string, facts: MessageFacts): string {
  return Handlebars.compile(text, { noEscape: true, strict: true })(facts)
}

function messageFacts(inform: Inform, session: Session): MessageFacts {
  const { runbook, state } = session
  return {
    ...runFacts(session),
    done: doneSteps(inform, session),
    title: runbook.title,
    text: '',
    audience: inform.audience,
    phase: inform.phase ?? '',
    severity: runbook.severity,
    isSevere: runbook.severity === 'sev1' || runbook.severity === 'sev2',
    mode: session.mode,
    isDrill: session.mode === 'drill',
    now: new Date(session.clock.now()).toISOString(),
    elapsed: formatDuration(Math.floor(runElapsedMs(state, session.clock) / 1000) * 1000),
    nextUpdateAt: '',
    nextUpdateIn: '',
    impactStart: state.fault?.faultAt ?? '',
    mitigatedAt: '',
    resolvedAt: '',
    incident: {
      id: state.run,
      kind: session.mode === 'drill' ? 'drill' : 'incident',
      declaredAt: state.startedAt,
      commander: session.operatorName,
      services: [{ id: runbook.service, title: runbook.service }],
      roles: [],
      runs: [state.run],
    },
  }
}

function runFacts({
  runbook,
  state,
  operatorName: operator,
  environment,
  inputs,
}: Session): Pick<MessageFacts, 'runbook' | 'run' | 'input' | 'outputs' | 'decisions'> {
  const outputs = steps(runbook.nodes).flatMap((step) => Object.keys(step.outputs))
  const decisions = executables(runbook.nodes).flatMap((node) => (node.kind === 'decision' ? [node.id] : []))
  const { id, title, service, severity } = runbook
  return {
    runbook: { id, title, service, severity },
    run: { id: state.run, startedAt: state.startedAt, operator, environment: environment.name },
    input: Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [
        name,
        runbook.inputs[name]?.type === 'secret' ? '(secret)' : value,
      ]),
    ),
    outputs: { ...unknown(outputs), ...state.outputs },
    decisions: { ...unknown(decisions), ...Object.fromEntries(state.decisions) },
  }
}

/** By the ids of the runbook that the message is of: one that uses it puts its own id before them. */
function doneSteps({ id }: Inform, { runbook, state }: Session): MessageFacts['done'] {
  const prefix = id.slice(0, id.lastIndexOf('/') + 1)
  const own = steps(runbook.nodes).filter((step) => step.id.startsWith(prefix))
  return Object.fromEntries(
    own.map((step) => [step.id.slice(prefix.length), stepState(state, step.id).status === 'done']),
  )
}

function unknown(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, '(not known)']))
}
