import type { Control, Framework, RecordKind } from '../../model/framework.ts'
import { RECORD_KINDS } from '../../model/framework.ts'
import type { EvidenceRecord } from './records.ts'

const DAY_MS = 86_400_000

export type Support = {
  kind: RecordKind
  what: string
  /** How many there are within the period. */
  count: number
  newest: EvidenceRecord | undefined
  ageDays: number | undefined
  /** Why this does not support the control; undefined when it does. */
  gap: string | undefined
}
export type ControlCoverage = { id: string; title: string; source: string; support: Support[]; gaps: number }
export type Period = { from: string; to: string }

/** Control × evidence × age × gap. A record supports a control; whether that is enough is for the reader to judge. */
export function coverageOf(
  framework: Framework,
  records: readonly EvidenceRecord[],
  { from, to }: Period,
): ControlCoverage[] {
  const [start, end] = [Date.parse(from), Date.parse(to)]
  const inPeriod = records.filter(({ at }) => Date.parse(at) >= start && Date.parse(at) < end + DAY_MS)
  return framework.controls.map((control) => {
    const support = control.supportedBy.map((kind) => supportOf(kind, control, inPeriod, records, end))
    const gaps = support.filter(({ gap }) => gap !== undefined).length
    return { id: control.id, title: control.title, source: control.source ?? framework.url, support, gaps }
  })
}

/** What lasts (a plan, an approval of an objective) counts also when it is older than the period, until it is too old. */
const LASTING: readonly RecordKind[] = ['plan', 'objective', 'contacts', 'schedule']
/** What was tried and failed is shown, and supports nothing but that it was tried. */
const TRIED: readonly RecordKind[] = ['drill', 'restore', 'integrity']

function supportOf(
  kind: RecordKind,
  { maxAge }: Control,
  inPeriod: readonly EvidenceRecord[],
  all: readonly EvidenceRecord[],
  end: number,
): Support {
  const before = all.filter(({ at }) => Date.parse(at) < end + DAY_MS)
  const found = (LASTING.includes(kind) ? before : inPeriod).filter((record) => record.kind === kind)
  const passed = TRIED.includes(kind) ? found.filter(({ verdict }) => verdict === 'passed') : found
  const newest = passed[0] ?? found[0]
  const ageDays = newest && Math.max(0, (end - dayOf(newest.at)) / DAY_MS)
  const gap =
    newest === undefined
      ? 'none in the period'
      : passed.length === 0
        ? `none passed, of ${found.length}`
        : maxAge !== undefined && ageDays !== undefined && ageDays * DAY_MS > maxAge
          ? `the newest is ${ageDays} days old, more than ${Math.floor(maxAge / DAY_MS)}`
          : undefined
  return { kind, what: RECORD_KINDS[kind], count: found.length, newest, ageDays, gap }
}

/** Ages are counted in days of the calendar (UTC): of some records no more than the day is known. */
function dayOf(at: string): number {
  return Math.floor(Date.parse(at) / DAY_MS) * DAY_MS
}
