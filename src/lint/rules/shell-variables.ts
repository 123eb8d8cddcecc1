import { declaredTargets } from '../../document/plan-references.ts'
import { TARGET_FIELDS } from '../../model/environment.ts'
import { placeInFence } from '../../model/place-in-fence.ts'
import type { Problem } from '../../model/problem.ts'
import type { Runbook } from '../../model/runbook.ts'
import { shName } from '../../model/shell.ts'
import { suggest } from '../../model/suggest.ts'
import type { Project, RunbookRule } from '../rule.ts'
import type { FenceInStep } from '../walk.ts'
import { outputsBefore, ownFences } from '../walk.ts'

const VARIABLE = /\$\{?((?:INPUT|OUTPUT|TARGET)_[A-Z0-9_]+)/g

export const shellVariables: RunbookRule = {
  name: 'shell-variables',
  level: 'error',
  scope: 'runbook',
  summary: 'A sh fence reads only inputs, outputs of earlier steps, and targets that exist.',
  examples: {
    good: [
      {
        title: 'an input and a target',
        in: 'body',
        text: '<Step id="say">\n\n## Say\n\n```sh run\necho "$INPUT_REASON on ${TARGET_ORDERS_DB_PRIMARY_HOST}, $TARGET_EDGE_ROUTER_URL"\n```\n\n</Step>',
      },
    ],
    bad: [
      {
        title: 'names that nothing sets',
        in: 'body',
        text: '<Step id="say">\n\n## Say\n\n```sh run\necho "$INPUT_RESON" \\\n  "${TARGET_ORDERS_PRIMARY_HOST}"\n```\n\n</Step>',
        reports: [
          { line: 6, column: 8, message: '$INPUT_RESON: nothing sets this variable' },
          { line: 7, column: 6, message: '$TARGET_ORDERS_PRIMARY_HOST: nothing sets this variable' },
        ],
      },
      {
        title: 'what a target of this kind does not have',
        in: 'body',
        text: '<Step id="say">\n\n## Say\n\n```sh run\necho "$TARGET_EDGE_ROUTER_PORT"\necho "$TARGET_EDGE_ROUTER_URLL"\n```\n\n</Step>',
        reports: [
          { line: 6, column: 8, message: '$TARGET_EDGE_ROUTER_PORT: nothing sets this variable' },
          { line: 7, column: 8, message: '$TARGET_EDGE_ROUTER_URLL: nothing sets this variable' },
        ],
      },
    ],
  },
  check: (runbook, project) =>
    ownFences(runbook)
      .filter(({ fence }) => fence.lang === 'sh')
      .flatMap((both) => checkFence(both, runbook, project)),
}

function checkFence(both: FenceInStep, runbook: Runbook, project: Project): Problem[] {
  const { step, fence } = both
  const values = valuesOf(both, runbook)
  const targets = targetVariables(project)
  return fence.code.split('\n').flatMap((text, index) =>
    [...text.matchAll(VARIABLE)].flatMap(({ index: offset, 0: whole, 1: name = '' }): Problem[] => {
      if (values.has(name) || targets.has(name)) return []
      return [
        {
          ...placeInFence(fence, index, offset + whole.length - name.length, project.read(fence.place.file)),
          step: step.id,
          message: `$${name}: nothing sets this variable`,
          hint: suggest(name, name.startsWith('TARGET_') ? targets : values),
        },
      ]
    }),
  )
}

/** As src/fences/sh.ts names them: every field that a target of the kind may have. */
function targetVariables({ plan }: Project): Set<string> {
  return new Set(
    [...declaredTargets(plan.services)].flatMap(([name, kind]) =>
      TARGET_FIELDS[kind].map((field) => `TARGET_${shName(name)}_${shName(field)}`),
    ),
  )
}

/** As src/fences/sh.ts names them. */
function valuesOf({ step, fence }: FenceInStep, runbook: Runbook): Set<string> {
  const own = fence.role === 'verify' || fence.role === 'rollback' ? step.outputs : {}
  return new Set([
    ...Object.keys(runbook.inputs).map((name) => `INPUT_${shName(name)}`),
    ...Object.keys({ ...outputsBefore(runbook, step), ...own }).map((name) => `OUTPUT_${shName(name)}`),
  ])
}
