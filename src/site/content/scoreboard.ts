import type { Runbook } from '../../model/runbook.ts'
import type { DrillRecord } from '../../reports/drill-record.ts'
import { spreadOf } from '../../reports/spread.ts'
import type { Spread } from '../../reports/spread.ts'
import { runHref } from './card.ts'
import { runbookHref } from './runbooks.ts'

/** One runbook in one environment: figures of different environments are never mixed. */
export type Score = {
  runbook: string
  title: string
  href?: string
  environment: string
  drills: number
  passed: number
  failed: number
  /** The measured RTOs; undefined when none was measured. */
  rto: Spread | undefined
  /** How many drills lost acknowledged writes, of those that counted. */
  lossy: number
  counted: number
  last: string
  /** Whether the runbook is another one than in its last drill. */
  changedSince: boolean
}

export type DrillRow = Pick<DrillRecord, 'run' | 'environment' | 'operator' | 'verdict'> & {
  at: string
  title: string
  href?: string
  /** Where the run itself can be seen, when it was published. */
  runHref: string | undefined
  fault: string
  rtoMs: number | null
  rpoMs: number | null
  rtoObjectiveMs: number | null
  lost: number | null
  humanMs: number | null
  machineMs: number | null
}

export type DrillsPage = { scores: Score[]; rows: DrillRow[]; never: { title: string; href: string }[] }

/** All drills that were published, the failed ones too, the newest first; and the runbooks that were never drilled. `published`: the runs to see. */
export function drillsPage(
  runbooks: readonly Runbook[],
  drills: readonly DrillRecord[],
  published: ReadonlySet<string> = new Set(),
): DrillsPage {
  const known = new Map(runbooks.map((runbook) => [runbook.id, runbook]))
  const groups = Map.groupBy(drills, ({ runbook, environment }) => `${runbook} ${environment}`)
  return {
    scores: [...groups.values()].map((group) => scoreOf(group, known)),
    rows: drills.map((drill) => rowOf(drill, known, published)),
    never: runbooks
      .filter(({ id }) => drills.every(({ runbook }) => runbook !== id))
      .map(({ id, title }) => ({ title, href: runbookHref(id) })),
  }
}

type Known = ReadonlyMap<string, Runbook>

/** `drills` is not empty, and its first is the newest. */
function scoreOf(drills: readonly DrillRecord[], known: Known): Score {
  const [last] = drills
  if (!last) throw new Error('a score needs a drill')
  const losses = drills.flatMap(({ measured }) => measured.lost ?? [])
  return {
    ...named(last, known),
    runbook: last.runbook,
    environment: last.environment,
    drills: drills.length,
    passed: drills.filter(({ verdict }) => verdict === 'passed').length,
    failed: drills.filter(({ verdict }) => verdict === 'failed').length,
    rto: spreadOf(drills.flatMap(({ measured }) => measured.rtoMs ?? [])),
    lossy: losses.filter((lost) => lost > 0).length,
    counted: losses.length,
    last: day(last.startedAt),
    changedSince: known.get(last.runbook)?.digest !== last.digest,
  }
}

function rowOf(drill: DrillRecord, known: Known, published: ReadonlySet<string>): DrillRow {
  const { run, environment, operator, verdict, fault, objective, measured } = drill
  const { rtoMs, rpoMs, lost, humanMs, machineMs } = measured
  return {
    ...named(drill, known),
    run,
    environment,
    operator,
    verdict,
    runHref: published.has(run) ? runHref(run) : undefined,
    at: `${drill.startedAt.slice(0, 16).replace('T', ' ')} UTC`,
    fault: fault === null ? 'none' : `${fault.name} on ${fault.on}`,
    rtoMs,
    rpoMs,
    lost,
    humanMs,
    machineMs,
    rtoObjectiveMs: objective?.rtoMs ?? null,
  }
}

function named({ runbook, title }: DrillRecord, known: Known): { title: string; href?: string } {
  return { title, ...(known.has(runbook) ? { href: runbookHref(runbook) } : {}) }
}

function day(at: string): string {
  return at.slice(0, 10)
}
