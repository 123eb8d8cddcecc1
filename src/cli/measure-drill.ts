import { ledgerOfFault, messageOf, presentLedger } from '../drill/ledger-of-fault.ts'
import type { Ledger } from '../drill/ledger-of-fault.ts'
import { measure } from '../drill/measurement.ts'
import { humanTime } from '../drill/time-split.ts'
import { wrap } from '../host/text.ts'
import type { RunState } from '../journal/fold.ts'
import { readJournal } from '../journal/read.ts'
import { journalFile } from '../journal/run-directory.ts'
import type { Lab } from '../lab/index.ts'
import { OperatorError } from '../model/problem.ts'
import type { OpenRun } from './run-session.ts'

const RECOVERY_TIMEOUT_MS = 30_000
/** After a rollback nobody expects the service to be back. */
const GIVEN_UP_MS = 2000

/** How long it is waited until customers are served again. */
export function patienceMs({ rollback }: RunState): number {
  return rollback ? GIVEN_UP_MS : RECOVERY_TIMEOUT_MS
}

/** What is measured, and where it is told. */
type Measured = {
  session: Pick<OpenRun['session'], 'state' | 'record'>
  screen: Pick<OpenRun['screen'], 'line' | 'width'>
  directory: string
}
type MeasuredLab = Pick<Lab, 'canary' | 'options'>
type Measurement = NonNullable<OpenRun['session']['state']['measurement']>
type Figures = Omit<Measurement, 'faultAt' | 'detectionMs' | 'replication'>

/** Computes RTO and RPO from what the canary saw, once service is sustained; what could not be measured stays null. */
export async function measureDrill(lab: MeasuredLab, open: Measured): Promise<void> {
  const { fault } = open.session.state
  if (!fault) return
  const faultAt = Date.parse(fault.faultAt)
  const present = await presentLedger(lab.canary)
  const prefix = fault.ledger ?? present
  await untilServed(lab, open, { faultAt, prefix, present })
  const seen = await ledgerOfFault(lab.canary, faultAt, prefix)
  if ('unknown' in seen) note(open, `RTO, RPO and losses are not measured: ${seen.unknown}`)
  open.session.record({
    event: 'run-measured',
    measurement: {
      faultAt: fault.faultAt,
      ...('unknown' in seen ? nothing(open) : await figures(lab, open, { faultAt, ...seen })),
      // The drill begins the run itself: nobody had to notice anything.
      detectionMs: null,
      replication: lab.options.synchronousCommit,
    },
  })
}

type Ledgers = { faultAt: number; prefix: string | undefined; present: string | undefined }

/** Waits until success is sustained; another ledger knows nothing of the fault, only whether customers are served now. */
async function untilServed(
  { canary }: MeasuredLab,
  open: Measured,
  { faultAt, prefix, present }: Ledgers,
): Promise<void> {
  const timeoutMs = patienceMs(open.session.state)
  const missed = (error: unknown): void => note(open, sentencesOf(error))
  if (present === undefined)
    return note(open, 'the canary does not answer; what it saw is known only as far as its ledger goes')
  if (present === prefix)
    return void (await canary.waitUntilRecovered({ after: faultAt, timeoutMs }).catch(missed))
  note(open, 'the canary began another ledger after the fault; what became of its orders is not counted')
  await canary.waitUntilSteady({ timeoutMs }).catch(missed)
}

/** What went wrong and what to do, one after the other: a note is one line. */
function sentencesOf(error: unknown): string {
  if (!(error instanceof OperatorError)) return messageOf(error)
  return error.problems
    .flatMap(({ message, hint }) => [`${message}.`, hint ?? ''])
    .join(' ')
    .trimEnd()
}

async function figures(
  { canary }: MeasuredLab,
  open: Measured,
  { faultAt, records, prefix }: Ledger & { faultAt: number },
): Promise<Figures> {
  const { session, directory } = open
  // The ledger was read before: an order acknowledged between the two looks would otherwise count as lost.
  const found = await canary.foundIds(prefix).catch((error: unknown) => {
    note(open, `the orders could not be listed afterwards: ${messageOf(error)}`)
    return undefined
  })
  const measured = measure(records, faultAt, found)
  const { rtoMs, firstFailureAt, restoredAt, unacknowledgedAfterRestoration: again } = measured
  if (again !== null && again > 0)
    note(open, `after the restoration ${again} ${again === 1 ? 'order was' : 'orders were'} not acknowledged`)
  const humanMs =
    firstFailureAt === null || restoredAt === null
      ? session.state.humanMs
      : humanTime(readJournal(journalFile(directory)).events, firstFailureAt, restoredAt)
  return {
    rtoMs,
    rpoMs: measured.rpoMs,
    humanMs,
    machineMs: rtoMs === null ? null : Math.max(0, rtoMs - humanMs),
    acknowledged: measured.acknowledged,
    lost: measured.lost,
    indeterminate: measured.indeterminate,
    recovered: measured.recovered,
    writesPerSecond: measured.writesPerSecondBefore,
  }
}

function nothing({ session }: Measured): Figures {
  return {
    rtoMs: null,
    rpoMs: null,
    humanMs: session.state.humanMs,
    machineMs: null,
    acknowledged: null,
    lost: null,
    indeterminate: null,
    recovered: null,
    writesPerSecond: null,
  }
}

/** For the record, and for whoever watches. */
function note({ session, screen }: Measured, text: string): void {
  session.record({ event: 'note-added', text: `drill: ${text}` })
  for (const line of wrap(`Drill: ${text}`, screen.width)) screen.line(line)
}
