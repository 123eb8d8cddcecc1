import { z } from 'zod'
import { stepState } from '../journal/fold.ts'
import type { RunState } from '../journal/fold.ts'
import type { Runbook } from '../model/runbook.ts'
import { executables } from '../model/runbook.ts'
import { objectivesMet } from './summary.ts'

const ms = z.number().nullable()

/** One published drill: docs/drills/<run>.json. The site's cards and scoreboard are computed from these. */
export const drillRecordSchema = z.strictObject({
  v: z.literal(1),
  run: z.string(),
  runbook: z.string(),
  title: z.string(),
  service: z.string(),
  environment: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  operator: z.string(),
  digest: z.string(),
  journalHash: z.string(),
  versions: z.record(z.string(), z.string()),
  fault: z.strictObject({ name: z.string(), on: z.string(), at: z.string() }).nullable(),
  objective: z
    .strictObject({ rtoMs: z.number(), rpoMs: z.number(), approvedBy: z.string(), approvedAt: z.string() })
    .nullable(),
  measured: z.strictObject({
    rtoMs: ms,
    rpoMs: ms,
    machineMs: ms,
    humanMs: ms,
    acknowledged: ms,
    lost: ms,
    indeterminate: ms,
    recovered: ms,
    writesPerSecond: ms,
    replication: z.string().nullable(),
  }),
  steps: z.array(
    z.strictObject({
      id: z.string(),
      status: z.string(),
      durationMs: ms,
      expectMs: ms,
      waitedMs: z.number(),
    }),
  ),
  verdict: z.enum(['passed', 'failed', 'not measured']),
})
export type DrillRecord = z.infer<typeof drillRecordSchema>

/** A finished drill as its record. `journalHash` is the hash of the journal's last line. */
export function drillRecord(runbook: Runbook, state: RunState, journalHash: string): DrillRecord {
  const { fault, started } = state
  return {
    v: 1,
    run: state.run,
    runbook: runbook.id,
    title: runbook.title,
    service: runbook.service,
    environment: state.environment,
    startedAt: state.startedAt,
    finishedAt: state.lastAt,
    operator: state.operator,
    digest: state.digest,
    journalHash,
    versions: started?.versions ?? {},
    fault: fault ? { name: fault.fault, on: fault.on, at: fault.faultAt } : null,
    objective: started?.objective ?? null,
    measured: measuredOf(state),
    steps: stepRecords(runbook, state),
    verdict: verdictOf(state),
  }
}

export function verdictOf(state: RunState): DrillRecord['verdict'] {
  const met = objectivesMet(state)
  if (met === undefined) return 'not measured'
  return met && state.result === 'succeeded' ? 'passed' : 'failed'
}

export function measuredOf({ measurement }: RunState): DrillRecord['measured'] {
  if (!measurement) {
    const nothing = {
      rtoMs: null,
      rpoMs: null,
      machineMs: null,
      humanMs: null,
      acknowledged: null,
      lost: null,
    }
    return { ...nothing, indeterminate: null, recovered: null, writesPerSecond: null, replication: null }
  }
  const { faultAt: _faultAt, detectionMs: _detectionMs, ...measured } = measurement
  return measured
}

function stepRecords(runbook: Runbook, state: RunState): DrillRecord['steps'] {
  return executables(runbook.nodes)
    .flatMap((node) => (node.kind === 'parallel' ? node.steps : [node]))
    .map((node) => {
      const known = stepState(state, node.id)
      const expectMs = 'expectMs' in node ? (node.expectMs ?? null) : null
      return {
        id: node.id,
        status: known.status,
        durationMs: known.durationMs ?? null,
        expectMs,
        waitedMs: known.waitedMs,
      }
    })
}
