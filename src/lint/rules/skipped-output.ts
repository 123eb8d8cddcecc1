import { openCondition, setsOnlyWhen } from '../../document/conditions.ts'
import { placeInFence } from '../../model/place-in-fence.ts'
import type { Problem } from '../../model/problem.ts'
import type { Condition, Runbook, Step } from '../../model/runbook.ts'
import { executables } from '../../model/runbook.ts'
import { shName } from '../../model/shell.ts'
import type { Project, RunbookRule } from '../rule.ts'
import type { FenceInStep } from '../walk.ts'
import { ownFences } from '../walk.ts'

const COMMENT = /^\s*(#|\/\/)/
/** Not what has a default or is only asked for: `${OUTPUT_X:-…}`. */
const IN_SH = /\$(?:\{(OUTPUT_[A-Z0-9_]+)(?!:?[-+=?]|[A-Z0-9_])|(OUTPUT_[A-Z0-9_]+))/g
const IN_TS = /\boutputs\.([A-Za-z_]\w*)/g
/** A fence that looks whether an output is there knows what it does. */
const ASKS_FIRST = /\bin\s+outputs\b/

const DECIDE =
  '<Decision id="how">\n\n## How?\n\n<Choice value="fast" />\n\n<Choice value="slow" />\n\n</Decision>'
const FIND =
  '<Step id="find" when="how=fast" outputs="lag:number">\n\n## Find\n\n```sh run\necho lag=1 >> "$DRILLBOOK_OUTPUT"\n```\n\n</Step>'

export const skippedOutput: RunbookRule = {
  name: 'skipped-output',
  level: 'warning',
  scope: 'runbook',
  summary:
    'A sh or ts fence reads an output only where every way to it has set it: a step that a decision left out sets nothing.',
  examples: {
    good: [
      {
        title: 'a default, a question first, and the same condition',
        in: 'body',
        text: `${DECIDE}\n\n${FIND}\n\n<Step id="use">\n\n## Use\n\n\`\`\`sh run\necho "\${OUTPUT_LAG:-unknown}"\n\`\`\`\n\n\`\`\`ts verify\nif ('lag' in outputs) echo(outputs.lag)\n\`\`\`\n\n</Step>\n\n<Step id="fast" when="how=fast">\n\n## Fast\n\n\`\`\`sh run\necho "$OUTPUT_LAG"\n\`\`\`\n\n</Step>`,
      },
    ],
    bad: [
      {
        title: 'what is there only when a decision falls otherwise',
        in: 'body',
        text: `${DECIDE}\n\n${FIND}\n\n<Step id="use">\n\n## Use\n\n\`\`\`sh run\necho "$OUTPUT_LAG"\n\`\`\`\n\n\`\`\`ts verify\necho(outputs.lag)\n\`\`\`\n\n</Step>`,
        reports: [
          {
            line: 26,
            column: 7,
            message: '$OUTPUT_LAG: find sets it only when how is fast, and this step runs otherwise too',
          },
          {
            line: 30,
            column: 6,
            message: 'outputs.lag: find sets it only when how is fast, and this step runs otherwise too',
          },
        ],
      },
    ],
  },
  check: (runbook, { read }) => {
    const conditions = conditionsIn(runbook)
    return ownFences(runbook).flatMap((both) => checkFence(both, conditions, read))
  },
}

type Conditions = { steps: Map<Step, readonly Condition[]>; decisions: Map<string, readonly Condition[]> }

/** Under which conditions each step runs, and each decision is asked. */
function conditionsIn({ nodes }: Runbook): Conditions {
  const found: Conditions = { steps: new Map(), decisions: new Map() }
  for (const node of executables(nodes)) {
    if (node.kind === 'decision') found.decisions.set(node.id, node.when)
    if (node.kind === 'step') found.steps.set(node, node.when)
    if (node.kind === 'parallel')
      for (const step of node.steps) found.steps.set(step, [...node.when, ...step.when])
  }
  return found
}

function checkFence({ step, fence }: FenceInStep, conditions: Conditions, read: Project['read']): Problem[] {
  if (fence.lang === 'sql' || ASKS_FIRST.test(fence.code)) return []
  return fence.code.split('\n').flatMap((text, index) =>
    COMMENT.test(text)
      ? []
      : [...text.matchAll(fence.lang === 'sh' ? IN_SH : IN_TS)].flatMap((found): Problem[] => {
          const name = found[1] ?? found[2] ?? ''
          const missing = whenMissing(name, step, conditions)
          if (missing === undefined) return []
          return [
            {
              ...placeInFence(fence, index, found.index, read(fence.place.file)),
              step: step.id,
              message: `${fence.lang === 'sh' ? `$${name}` : `outputs.${name}`}: ${missing}`,
              hint:
                fence.lang === 'sh'
                  ? `Give it a default, \${${name}:-…}, or the step the same condition.`
                  : `Ask first, '${name}' in outputs, or give the step the same condition.`,
            },
          ]
        }),
  )
}

function whenMissing(name: string, reader: Step, { steps, decisions }: Conditions): string | undefined {
  for (const [step, when] of steps)
    if (
      step !== reader &&
      Object.keys(step.outputs).some((one) => [one, `OUTPUT_${shName(one)}`].includes(name))
    ) {
      const open = openCondition(when, steps.get(reader) ?? [], decisions)
      return open && setsOnlyWhen(step.id, open)
    }
  return undefined
}
