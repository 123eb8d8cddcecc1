import 'zx/globals'
import { query } from '../../src/fences/query.ts'
import { SqlFence } from '../../src/fences/sql.ts'
import { runTs } from '../../src/fences/ts.ts'
import type { Target } from '../../src/fences/api.ts'
import { requireRunbook } from '../../src/document/load.ts'
import type { Lab } from '../../src/lab/index.ts'
import type { TargetSpec } from '../../src/model/environment.ts'
import type { Outputs } from '../../src/model/outcome.ts'
import { steps } from '../../src/model/runbook.ts'
import type { Fence, FenceRole, Step } from '../../src/model/runbook.ts'
import { REPOSITORY } from '../helpers/project.ts'

/** Executes single fences of a shipped runbook on a lab, in this process, as a worker would: once, nothing is tried again. */
export class Fences {
  readonly #runbook
  readonly #targets: Record<string, Target>
  readonly outputs: Outputs = {}

  private constructor(id: string, targets: Record<string, Target>) {
    this.#runbook = requireRunbook(REPOSITORY, id)
    this.#targets = targets
  }

  /** The names stay as they are now, as in a run. */
  static async of(id: string, lab: Lab): Promise<Fences> {
    const targets = Object.entries(await lab.targets()).map(([name, spec]) => [
      name,
      targetOf(name, spec, lab.secrets()),
    ])
    return new Fences(id, Object.fromEntries(targets))
  }

  /** What was printed; rejects as the fence does. */
  async execute(id: string, role: FenceRole): Promise<string> {
    const step = steps(this.#runbook.nodes).find((one) => one.id === id)
    const fences = step?.fences.filter((fence) => fence.role === role) ?? []
    if (step === undefined || fences.length === 0) throw new Error(`${id} has no ${role}`)
    const printed: string[] = []
    const { log } = console
    console.log = (...words: unknown[]) => void printed.push(words.join(' '))
    try {
      for (const fence of fences) Object.assign(this.outputs, await this.#once(step, fence))
    } finally {
      console.log = log
    }
    return printed.join('\n')
  }

  async #once(step: Step, fence: Fence): Promise<Outputs> {
    const job = {
      id: 'test.1',
      step: step.id,
      fence,
      root: REPOSITORY,
      snapshot: REPOSITORY,
      timeoutMs: 60_000,
      poll: false,
      declares: fence.role === 'run' ? step.outputs : {},
      context: {
        input: {},
        outputs: this.outputs,
        targets: this.#targets,
        run: {
          id: 'a-test',
          runbook: this.#runbook.id,
          step: step.id,
          environment: 'lab',
          operator: 'tester',
          mode: 'drill',
        },
      },
    }
    if (fence.lang === 'ts') return await runTs(job, query)
    const sql = new SqlFence(job)
    try {
      return await sql.attempt(job.timeoutMs)
    } finally {
      await sql.close()
    }
  }
}

function targetOf(name: string, spec: TargetSpec, secrets: Record<string, string>): Target {
  if (spec.kind !== 'postgres') return { ...spec, name }
  const { password, ...rest } = spec
  return { ...rest, name, ...(password === undefined ? {} : { password: secrets[password.secret] ?? '' }) }
}
