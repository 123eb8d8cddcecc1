import type { Lab } from '../lab/index.ts'
import { formatDuration } from '../model/duration.ts'
import type { ExitName } from '../model/exit-code.ts'
import type { DrillRecord } from '../reports/drill-record.ts'
import type { RunEnd } from '../runner/run.ts'
import { pause, run } from '../runner/run.ts'
import { leftQuestion, reasonLeft } from './interruption.ts'
import type { OpenRun } from './run-session.ts'

/** Given the record of a drill that was published. */
export type Publish = (record: DrillRecord) => void

/** Drives an open run to its end or to a pause, then measures, seals and tells what is next. */
export async function concludeRun(
  open: OpenRun,
  options: { rehearse: boolean; lab: Lab | undefined; publish: Publish | undefined },
): Promise<ExitName> {
  try {
    const { status, result } = open.session.state
    const end: RunEnd =
      status === 'finished' && result ? { kind: 'finished', result } : await driveRun(open, options.rehearse)
    return end.kind === 'paused' ? await tellPaused(open, end.reason) : await tellFinished(open, end, options)
  } finally {
    open.close()
  }
}

async function driveRun(open: OpenRun, onlyChecks: boolean): Promise<RunEnd> {
  const { session } = open
  try {
    if (!onlyChecks) {
      open.screen.introduce(session)
      // Once the first step has been begun; it tells of the end.
      setImmediate(() => void import('../reports/summary.ts'))
      return await run(session)
    }
    const { rehearse } = await import('../runner/rehearse.ts')
    return await rehearse(session)
  } catch (error) {
    // Everything before the question is recorded.
    if (!leftQuestion(error)) throw error
    return pause(session, reasonLeft(session.interruption))
  }
}

async function tellPaused(
  { session, screen, recorder, stopRecording }: OpenRun,
  reason: string,
): Promise<ExitName> {
  const { leftToDo } = await import('../reports/summary.ts')
  stopRecording()
  recorder.journal.close()
  screen.rest()
  screen.line()
  screen.sentence(`Paused: ${reason}`)
  const left = leftToDo(session.runbook, session.state)
  if (left.length > 0) screen.sentence(`Still to do: ${left.join(', ')}.`)
  screen.line('Everything done so far is recorded. Go on with:')
  screen.line(`  npm run resume ${session.state.run}`)
  return session.unattended && session.interruption.requested === 'no' ? 'failed' : 'interrupted'
}

async function tellFinished(
  open: OpenRun,
  end: Extract<RunEnd, { kind: 'finished' }>,
  options: { lab: Lab | undefined; publish: Publish | undefined },
): Promise<ExitName> {
  const { session, screen, recorder, directory } = open
  const { verdict, summaryLines, objectivesMet } = await import('../reports/summary.ts')
  if (session.state.fault && options.lab && !session.state.measurement && !session.state.sealed)
    await measure(options.lab, open)
  open.stopRecording()
  const hash = recorder.seal()
  const signed = await open.sign()
  screen.rest()
  screen.line()
  for (const line of summaryLines(session.runbook, session.state)) screen.sentence(line)
  screen.line()
  screen.sentence(`${verdict(session.state, end.result)}.`)
  if (end.result !== 'succeeded') await tellWhatIsLeft(open, options.lab)
  screen.line(`Journal, sealed ${hash.slice(0, 16)}:`)
  screen.line(`  ${directory}`)
  if (signed !== undefined) screen.line(signed)
  for (const line of nextSteps(open, options.lab)) screen.line(line)
  if (options.publish) options.publish(await (await import('./drill.ts')).publishDrill(open, hash))
  const met = session.state.fault ? objectivesMet(session.state) === true : true
  return end.result === 'succeeded' && met ? 'ok' : 'failed'
}

/** What is still to be done after a run that ended early, and whether customers wait for it. */
async function tellWhatIsLeft({ session, screen }: OpenRun, lab: Lab | undefined): Promise<void> {
  const { neverBegun } = await import('../reports/summary.ts')
  const left = neverBegun(session.runbook, session.state)
  if (left.length > 0) screen.sentence(`Not done: ${left.join(', ')}.`)
  if (lab) screen.sentence(await (await import('./served-now.ts')).servedNow(lab.canary))
}

async function measure(lab: Lab, open: OpenRun): Promise<void> {
  const { measureDrill, patienceMs } = await import('./measure-drill.ts')
  open.screen.rest()
  open.screen.line(
    `Looking at what customers got; waiting up to ${formatDuration(patienceMs(open.session.state))} until they are served again …`,
  )
  await measureDrill(lab, open)
}

function nextSteps({ session }: OpenRun, lab: Lab | undefined): string[] {
  const { run: id, fault } = session.state
  const next = [
    [`npx drillbook show ${id}`, 'what happened, step by step'],
    [`npx drillbook verify ${id}`, 'that nobody changed it'],
  ]
  if (fault) next.push([`npm run drill ${session.runbook.id}`, 'the same as a recorded drill'])
  if (lab) next.push([`npm run lab -- down --name ${lab.options.name}`, 'the lab is still up; this ends it'])
  return ['Next:', ...next.flatMap(([command = '', why = '']) => [`  ${command}`, `      ${why}`])]
}
