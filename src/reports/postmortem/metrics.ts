import type { JournalEvent } from '../../model/event.ts'
import type { Measured } from '../../model/postmortem.ts'
import type { MomentName, TimelineRow } from './rows.ts'
import type { Cite, RunSource } from './sources.ts'

/** One measured time. `ms` is null when a line that it needs is not there: never 0. */
export type Metric = {
  key: 'ttdMs' | 'ttaMs' | 'ttmMs' | 'resolveMs' | 'rtoMs' | 'rtoDeclaredMs' | 'rpoMs'
  name: string
  definition: string
  ms: number | null
  cites: Cite[]
  objectiveMs: number | null
}

type Measurement = Extract<JournalEvent, { event: 'run-measured' }>['measurement']
type Moments = ReadonlyMap<MomentName, TimelineRow>
export type Loss = { measurement: Measurement; cite: Cite }

/** What a drill measured; where several runs did, the first counts. */
export function lossOf(runs: readonly RunSource[]): Loss | undefined {
  return runs
    .flatMap(({ lines }) => lines)
    .flatMap(({ event, cite }) =>
      event.event === 'run-measured' ? [{ measurement: event.measurement, cite }] : [],
    )[0]
}

const PLAIN: [key: Metric['key'], name: string, from: MomentName, to: MomentName, definition: string][] = [
  ['ttdMs', 'Time to detect', 'impact_start', 'detected', 'detected − impact start'],
  ['ttaMs', 'Time to acknowledge', 'paged', 'acked', 'acknowledged − paged'],
  ['ttmMs', 'Time to mitigate', 'impact_start', 'mitigated', 'mitigated − impact start'],
  ['resolveMs', 'Time to resolve', 'declared', 'resolved', 'resolved − declared'],
]

export function metricsOf(runs: readonly RunSource[], moments: Moments): Metric[] {
  const loss = lossOf(runs)
  const objective = runs
    .flatMap(({ lines }) => lines)
    .flatMap(({ event }) => (event.event === 'run-started' && event.objective ? [event.objective] : []))[0]
  return [
    ...PLAIN.map(([key, name, from, to, definition]) => ({
      ...between(key, name, definition, moments.get(from), moments.get(to)),
    })),
    { ...recoveryTime(moments, loss), objectiveMs: objective?.rtoMs ?? null },
    ...(moments.has('declared') ? [recoveryFromDeclared(moments)] : []),
    { ...recoveryPoint(moments, loss), objectiveMs: objective?.rpoMs ?? null },
  ]
}

function between(
  key: Metric['key'],
  name: string,
  definition: string,
  from: TimelineRow | undefined,
  to: TimelineRow | undefined,
): Metric {
  const ms = from && to ? Date.parse(to.at) - Date.parse(from.at) : null
  // An end before its beginning measures nothing.
  const known = ms !== null && ms >= 0
  const cites = from && to ? [from.cite, to.cite] : []
  return { key, name, definition, ms: known ? ms : null, cites: known ? cites : [], objectiveMs: null }
}

function recoveryTime(moments: Moments, loss: Loss | undefined): Metric {
  if (loss && loss.measurement.rtoMs !== null)
    return {
      key: 'rtoMs',
      name: 'RTO actual',
      definition: 'first failed customer operation → first of sustained success that is also verified data',
      ms: loss.measurement.rtoMs,
      cites: [loss.cite],
      objectiveMs: null,
    }
  const definition = 'later of service restored and data verified − impact start'
  return between('rtoMs', 'RTO actual', definition, moments.get('impact_start'), recoveredAt(moments))
}

function recoveryFromDeclared(moments: Moments): Metric {
  const definition = 'the same end, counted from declared'
  return between(
    'rtoDeclaredMs',
    'RTO actual, from declared',
    definition,
    moments.get('declared'),
    recoveredAt(moments),
  )
}

/** Both are needed: a service that answers with lost data has not recovered. */
function recoveredAt(moments: Moments): TimelineRow | undefined {
  const [restored, verified] = [moments.get('service_restored'), moments.get('data_verified')]
  if (!restored || !verified) return undefined
  return Date.parse(restored.at) > Date.parse(verified.at) ? restored : verified
}

function recoveryPoint(moments: Moments, loss: Loss | undefined): Metric {
  if (loss && loss.measurement.rpoMs !== null)
    return {
      key: 'rpoMs',
      name: 'RPO actual',
      definition: 'fault − last acknowledged write that survived, found by a query',
      ms: loss.measurement.rpoMs,
      cites: [loss.cite],
      objectiveMs: null,
    }
  const definition = 'impact start − time of the last recovered record'
  return between(
    'rpoMs',
    'RPO actual',
    definition,
    moments.get('last_good_data'),
    moments.get('impact_start'),
  )
}

/** The same figures for the front matter, where the site's trends read them. */
export function measuredOf(metrics: readonly Metric[], loss: Loss | undefined): Measured {
  const value = (key: Metric['key']): number | null =>
    metrics.find((metric) => metric.key === key)?.ms ?? null
  return {
    ttdMs: value('ttdMs'),
    ttaMs: value('ttaMs'),
    ttmMs: value('ttmMs'),
    resolveMs: value('resolveMs'),
    rtoMs: value('rtoMs'),
    rpoMs: value('rpoMs'),
    acknowledged: loss?.measurement.acknowledged ?? null,
    lost: loss?.measurement.lost ?? null,
  }
}
