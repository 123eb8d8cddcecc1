import path from 'node:path'
import { declaredTargets } from '../../document/plan-references.ts'
import { placeInFence } from '../../model/place-in-fence.ts'
import type { Problem } from '../../model/problem.ts'
import type { Project, RunbooksRule } from '../rule.ts'
import { compile } from '../typecheck/compile.ts'
import type { Diagnostic } from '../typecheck/compile.ts'
import { virtualModules } from '../typecheck/modules.ts'
import type { VirtualModule } from '../typecheck/modules.ts'
import { worded } from '../typecheck/wording.ts'

export const fenceTypes: RunbooksRule = {
  name: 'fence-types',
  level: 'error',
  scope: 'runbooks',
  summary:
    'Every ts fence, and every script that one names, is type-checked with the inputs, outputs and targets that are there when it runs.',
  examples: {
    good: [
      {
        title: 'an input, and an output of an earlier step',
        in: 'body',
        text: `<Step id="choose" outputs="lag:number">

## Choose

\`\`\`ts run
output('lag', input.reason.length)
\`\`\`

</Step>

<Step id="promote">

## Promote

\`\`\`ts run
await query(target('orders-db.standby'), 'select pg_promote()')
echo(\`behind by \${outputs.lag.toFixed(0)}\`)
\`\`\`

</Step>`,
      },
    ],
    bad: [
      {
        title: 'names that do not exist, and a value of another type',
        in: 'body',
        text: `<Step id="promote" outputs="lag:number">

## Promote

\`\`\`ts run
const size: number = input.reason
output('lag', input.reson)
await query(target('orders-db.standbye'), 'select 1')
\`\`\`

\`\`\`ts verify
assert(outputs.lgg < 10)
\`\`\`

</Step>`,
        reports: [
          { line: 6, column: 7, message: "Type 'string' is not assignable to type 'number'. (TS2322)" },
          { line: 7, column: 21, message: 'there is no input "reson"' },
          { line: 8, column: 20, message: 'no service declares the target "orders-db.standbye"' },
          { line: 12, column: 16, message: 'there is no output "lgg" at this point' },
        ],
      },
    ],
  },
  async check(project) {
    const modules = virtualModules(project)
    if (modules.length === 0) return []
    const compiled = await compile(modules, project)
    if ('missing' in compiled)
      return [{ message: `ts fences are not type-checked: ${compiled.missing}`, hint: 'npm ci installs it.' }]
    const byFile = new Map(modules.map((module) => [module.file, module]))
    return compiled.diagnostics
      .filter((diagnostic) => !isEcho(diagnostic, compiled.diagnostics) && !isOurs(diagnostic, project))
      .map((diagnostic) => toProblem(diagnostic, byFile, project))
  },
}

/** The engine's own code is checked with the engine. */
const ENGINE = path.join(import.meta.dirname, '..', '..')

function isOurs({ where, file }: Diagnostic, { root }: Project): boolean {
  return where === 'project' && path.resolve(root, file).startsWith(ENGINE + path.sep)
}

/** A name that the fence takes from the declarations is reported at both places: the author's is the one that counts. */
function isEcho({ where, file, line, code }: Diagnostic, all: readonly Diagnostic[]): boolean {
  return (
    where === 'module' &&
    line === 1 &&
    all.some((other) => other.file === file && other.line > 1 && other.code === code)
  )
}

function toProblem(diagnostic: Diagnostic, modules: Map<string, VirtualModule>, project: Project): Problem {
  const { where, file, line, column, code, text } = diagnostic
  const module = where === 'module' ? modules.get(file) : undefined
  const plain = { message: `${text} (${code})` }
  if (where === 'project') return { file, line, column, ...plain }
  // The declarations, or the settings, are at fault: not the author's, but not to be kept quiet either.
  if (!module || line - module.shift < module.fence.place.line) return { message: `tsc: ${plain.message}` }
  const { fence } = module
  const lineInFence = line - module.shift - fence.place.line
  const place = placeInFence(fence, lineInFence, column - 1, project.read(fence.place.file))
  const targets = [...declaredTargets(project.plan.services).keys()]
  const lineText = module.text.split('\n')[line - 1] ?? ''
  return { ...place, step: module.step.id, ...worded({ code, text, module, lineText, column, targets }) }
}
