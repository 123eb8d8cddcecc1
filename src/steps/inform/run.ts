import Handlebars from 'handlebars'
import type { Inform } from '../../model/runbook.ts'
import { executables, steps } from '../../model/runbook.ts'
import type { Session } from '../../runner/ports.ts'
import { answeredBy, declined, elapsed } from '../answers.ts'
import type { Onward } from '../answers.ts'

/** Writes the message, shows it, and keeps it with the run once the operator agrees. */
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
  return { kind: 'next' }
}

/**
 * The message as it stands now. Plain text: nothing is escaped, and it is never executed. What a skipped step would have told is
 * "(not known)": a message is not worth a recovery that cannot go on.
 */
export function renderInform(inform: Inform, session: Session): string {
  try {
    return Handlebars.compile(inform.text, { noEscape: true, strict: true })(messageFacts(session))
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    return `(templates/inform/${inform.template}.hbs cannot be filled in: ${reason}. Write this message by hand.)\n${inform.text}`
  }
}

function messageFacts(session: Session): Record<string, unknown> {
  const { runbook, state } = session
  const everything = executables(runbook.nodes)
  const outputs = steps(runbook.nodes).flatMap((step) => Object.keys(step.outputs))
  const decisions = everything.flatMap((node) => (node.kind === 'decision' ? [node.id] : []))
  return {
    runbook: { id: runbook.id, title: runbook.title, service: runbook.service, severity: runbook.severity },
    run: {
      id: state.run,
      startedAt: state.startedAt,
      operator: session.operatorName,
      environment: session.environment.name,
    },
    mode: session.mode,
    isDrill: session.mode === 'drill',
    input: Object.fromEntries(
      Object.entries(session.inputs).map(([name, value]) => [
        name,
        runbook.inputs[name]?.type === 'secret' ? '(secret)' : value,
      ]),
    ),
    outputs: { ...unknown(outputs), ...state.outputs },
    decisions: { ...unknown(decisions), ...Object.fromEntries(state.decisions) },
    now: new Date(session.clock.now()).toISOString(),
  }
}

function unknown(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, '(not known)']))
}
