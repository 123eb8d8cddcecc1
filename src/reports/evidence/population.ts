import type { DrillRecord } from '../drill-record.ts'

/** One drill of the whole population, with the proof that its objective was approved before it began. */
export type PopulationRow = {
  run: string
  runbook: string
  environment: string
  operator: string
  startedAt: string
  verdict: string
  rtoMs: number | null
  rpoMs: number | null
  lost: number | null
  objective: { rtoMs: number; rpoMs: number; approvedBy: string; approvedAt: string } | null
  /** What the dates say. A day that is the same says nothing about the order. */
  approval: 'before' | 'same day' | 'after' | 'none'
  /** The last commit of the plan before the drill began, and whether it holds this very objective. */
  commit: { hash: string; at: string; holdsObjective: boolean } | null
  published: boolean
}

type Drill = Pick<
  DrillRecord,
  'run' | 'runbook' | 'environment' | 'operator' | 'startedAt' | 'objective' | 'measured'
> & { verdict: string }

/** The dates alone; a commit is looked for by whoever has the repository. */
export function populationRow(drill: Drill): PopulationRow {
  const { run, runbook, environment, operator, startedAt, verdict, objective } = drill
  const { rtoMs, rpoMs, lost } = drill.measured
  const day = startedAt.slice(0, 10)
  const approval = !objective
    ? 'none'
    : objective.approvedAt < day
      ? 'before'
      : objective.approvedAt === day
        ? 'same day'
        : 'after'
  return {
    run,
    runbook,
    environment,
    operator,
    startedAt,
    verdict,
    rtoMs,
    rpoMs,
    lost,
    objective,
    approval,
    commit: null,
    published: true,
  }
}
