import type { TestContext } from 'node:test'
import { foldAll, stepState } from '../../src/journal/fold.ts'
import type { StepState } from '../../src/journal/fold.ts'
import { reasonOf } from '../../src/model/outcome.ts'
import type { Outputs } from '../../src/model/outcome.ts'
import { assertSound, only } from './claims.ts'
import type { Project } from './project.ts'
import { makeProject, runbook } from './project.ts'

export type Together = {
  project: Project
  stderr: string
  /** What became of a step: how it stands, why, and what it handed on. */
  end: (id: string) => { status: StepState['status']; reason: string; outputs: Outputs }
}

/** Plays independent steps at the same time in one run: many cases for the price of one start. None may need another. */
export async function playTogether(
  t: TestContext,
  steps: readonly string[],
  files: Record<string, string> = {},
): Promise<Together> {
  const body = `<Parallel id="together">\n\n## All at once\n\n${steps.join('\n')}\n</Parallel>\n`
  const project = makeProject(t, { 'runbooks/it.mdx': runbook(body), ...files })
  const { events, stderr } = await project.run('it')
  await assertSound(project)
  const state = foldAll(events)
  const end: Together['end'] = (id) => {
    const { status, fences, reason: finished } = stepState(state, id)
    const reasons = fences.flatMap(({ outcome }) =>
      outcome === undefined || outcome.kind === 'ok' ? [] : [`${outcome.kind}: ${reasonOf(outcome)}`],
    )
    const reason = [...reasons, finished].join('\n')
    const outputs = only(events, 'fence-finished').flatMap(({ step, outcome }) =>
      step === id && outcome.kind === 'ok' ? [outcome.outputs] : [],
    )
    return { status, reason, outputs: Object.assign({}, ...outputs) }
  }
  return { project, stderr, end }
}
