import { declaredTargets } from '../../document/plan-references.ts'
import { TARGET_FIELDS } from '../../model/environment.ts'
import { placeInFence } from '../../model/place-in-fence.ts'
import type { Problem } from '../../model/problem.ts'
import type { Runbook } from '../../model/runbook.ts'
import { shName } from '../../model/shell.ts'
import { suggest } from '../../model/suggest.ts'
import type { Project, RunbookRule } from '../rule.ts'
import { shellText } from '../shell-text.ts'
import type { ShellText } from '../shell-text.ts'
import type { FenceInStep } from '../walk.ts'
import { outputsBefore, ownFences } from '../walk.ts'

const VARIABLE = /\$\{?((?:INPUT|OUTPUT|TARGET)_[A-Z0-9_]+)/g

const NOT_PUT_IN = String.raw`# As $INPUT_COMMENT says.
echo '$INPUT_NOT' "\$INPUT_NOT2" \$INPUT_NOT3 $'it\'s $INPUT_NOT4' # $INPUT_NOT5
awk '{print $INPUT_X}' orders.txt
lag="$(sed "s/a/b/" orders.txt | envsubst '$INPUT_NOT6')"
cat <<'X' > "$INPUT_REASON"
It's $INPUT_NOT7.
X
cat <<X
\$INPUT_NOT8 $(awk '{print $INPUT_X}' orders.txt)
X`

const SET_HERE = `INPUT_MINE=3; echo "$INPUT_MINE"
export INPUT_A=1 INPUT_B=2; echo "$INPUT_A $INPUT_B"
say() { local INPUT_C="$1"; echo "$INPUT_C"; }
read -r INPUT_D INPUT_E < orders.txt; echo "$INPUT_D $INPUT_E"
for INPUT_F in a b; do say "$INPUT_F"; done
echo "\${INPUT_G:=3} $INPUT_G"; printf -v INPUT_H %s 1; echo "$INPUT_H"`

/** Each is a word that looks as if it were not, or as if the fence set it. */
const PUT_IN = `echo "it's $INPUT_A's"
for one in "$INPUT_B"; do echo "$one"; done
echo 'a' "\${INPUT_C}" "$(awk '{print $1}' "$INPUT_D")"
echo "INPUT_E=$INPUT_E" # It's not set by that.
cat <<X > "/tmp/$INPUT_F"
INPUT_G=1
it's '$INPUT_G'
X`

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
      {
        title:
          'what bash does not put in: comments, single quotes, what is escaped, a heredoc with a quoted word',
        in: 'body',
        text: `<Step id="say">\n\n## Say\n\n\`\`\`sh run\n${NOT_PUT_IN}\n\`\`\`\n\n</Step>`,
      },
      {
        title: 'what the fence sets itself',
        in: 'body',
        text: `<Step id="say">\n\n## Say\n\n\`\`\`sh run\n${SET_HERE}\n\`\`\`\n\n</Step>`,
      },
    ],
    bad: [
      {
        title: 'in strings, commands and heredocs, whatever stands around them',
        in: 'body',
        text: `<Step id="say">\n\n## Say\n\n\`\`\`sh run\n${PUT_IN}\n\`\`\`\n\n</Step>`,
        reports: [
          { line: 6, column: 13, message: '$INPUT_A: nothing sets this variable' },
          { line: 7, column: 14, message: '$INPUT_B: nothing sets this variable' },
          { line: 8, column: 13, message: '$INPUT_C: nothing sets this variable' },
          { line: 8, column: 45, message: '$INPUT_D: nothing sets this variable' },
          { line: 9, column: 16, message: '$INPUT_E: nothing sets this variable' },
          { line: 10, column: 18, message: '$INPUT_F: nothing sets this variable' },
          { line: 12, column: 8, message: '$INPUT_G: nothing sets this variable' },
        ],
      },
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
  const shell = shellText(fence.code)
  return shell.expanded.split('\n').flatMap((text, index) =>
    [...text.matchAll(VARIABLE)].flatMap(({ index: offset, 0: whole, 1: name = '' }): Problem[] => {
      if (values.has(name) || targets.has(name) || sets(shell, name)) return []
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

const SETTERS =
  'for|select|read|mapfile|readarray|getopts|export|local|declare|typeset|readonly|let|printf\\s+-v'

/** Whether the fence sets the variable anywhere: it may do so in a function, or in a loop that comes round again. */
function sets({ expanded, commands }: ShellText, name: string): boolean {
  const assigned = new RegExp(`(?<![\\w$\\{])${name}(?:\\[[^\\]]*\\])?\\+?=`)
  const named = new RegExp(
    `(?:\\b(?:${SETTERS})\\s|\\(\\()[^\\n;&|]*(?<![\\w$\\{])${name}\\b|\\$\\{${name}:?=`,
  )
  return assigned.test(commands) || named.test(expanded)
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
