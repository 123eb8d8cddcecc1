/**
 * What a `ts` fence, and a script it names, sees as globals next to those of zx. `npm run check` narrows these types to the
 * runbook: `input` to its inputs, `outputs` to what earlier steps declared, `target` to the targets of services.yaml.
 */
import type { EdgeSpec, HttpSpec, PostgresSpec } from '../model/environment.ts'
import type { Value } from '../model/runbook.ts'

export type PostgresTarget = Omit<PostgresSpec, 'password'> & { name: string; password?: string }
export type HttpTarget = HttpSpec & { name: string }
export type EdgeTarget = EdgeSpec & { name: string }
export type Targets = { postgres: PostgresTarget; http: HttpTarget; edge: EdgeTarget }
export type Target = Targets[keyof Targets]

/** The run that the fence is part of. */
export type RunFacts = {
  id: string
  runbook: string
  step: string
  environment: string
  operator: string
  mode: string
}

export type Row = Record<string, unknown>

/** Runs one statement, with $1, $2 … bound to `values`; nothing that a statement before it set is still set. The rows are returned. */
export type Query = (target: PostgresTarget, text: string, values?: readonly unknown[]) => Promise<Row[]>

export type FenceGlobals = {
  input: Readonly<Record<string, Value>>
  outputs: Readonly<Record<string, Value>>
  /** Declares the value of one of the step's outputs. Only in `run` fences. */
  output: (name: string, value: Value) => void
  target: (name: string) => Target
  query: Query
  run: RunFacts
}
