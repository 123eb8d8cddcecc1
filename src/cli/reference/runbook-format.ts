import type { z } from 'zod'
import { frontMatter } from '../../document/front-matter.ts'
import type { FenceLanguage, FenceRole, NodeKind } from '../../model/runbook.ts'
import { attributes as decision, choiceAttributes } from '../../steps/decision/schema.ts'
import { attributes as inform } from '../../steps/inform/schema.ts'
import { attributes as parallel } from '../../steps/parallel/schema.ts'
import { attributes as step } from '../../steps/step/schema.ts'
import { attributes as use } from '../../steps/use/schema.ts'
import { jsonSchema, rowsOf } from './json-schema.ts'
import { block, code, page, prose, table } from './markdown.ts'

const KINDS: Record<NodeKind | 'choice', { tag: string; schema: z.ZodType; summary: string }> = {
  step: {
    tag: 'Step',
    schema: step,
    summary:
      'Something that is done, by a program or by a person, and then verified. Without a `run` fence a person does it.',
  },
  decision: {
    tag: 'Decision',
    schema: decision,
    summary:
      'A choice that a person makes between at least two `<Choice>`; later nodes depend on it by `when="decision=choice"`.',
  },
  choice: {
    tag: 'Choice',
    schema: choiceAttributes,
    summary: 'One answer to a `<Decision>`; stands only inside one.',
  },
  parallel: {
    tag: 'Parallel',
    schema: parallel,
    summary:
      'At least two `<Step>` that run at the same time, after one confirmation. They do not see the outputs of each other, and no `when` is theirs alone.',
  },
  inform: {
    tag: 'Inform',
    schema: inform,
    summary:
      'A message to people, written from a template of `templates/inform/` and shown before it leaves.',
  },
  use: {
    tag: 'Use',
    schema: use,
    summary:
      'Another runbook, run as part of this one. The ids of its nodes get the prefix `<id>/`; its inputs are asked for at the start.',
  },
}

const ROLES: Record<FenceRole, string> = {
  check:
    'Precondition: holds before the step is begun. Changes nothing, so that it may be rehearsed on production.',
  run: 'What the step does.',
  verify: 'Postcondition: polled until it holds, or until the timeout.',
  rollback:
    'Undoes the step; offered in reverse order when the run is rolled back. Needs a `run` fence beside it.',
}

const LANGUAGES: Record<FenceLanguage, string> = {
  ts: 'A module with `input`, `outputs`, `output()`, `target()`, `query()`, `run`, `assert` and the globals of zx. It fails when it throws. `npm run check` type-checks it.',
  sh: 'bash with `-euo pipefail`. Inputs are `$INPUT_NAME`, outputs of earlier steps `$OUTPUT_NAME`, targets `$TARGET_SERVICE_TARGET_HOST` and so on; its own outputs are lines `name=value` written to `$DRILLBOOK_OUTPUT`.',
  sql: 'One statement on the database that `on=` names. A check or a verification holds when the first column of the first row is true; a run sets the outputs that its columns are named after.',
}

const FENCE_ATTRIBUTES = [
  [
    '`file=scripts/…`',
    'all',
    'The script that is shown and run in place of the text of the fence, which is then empty.',
  ],
  [
    '`on=<service>.<target>`',
    '`sql`, required',
    'The database, one of the targets that services.yaml declares.',
  ],
  ['`bind=name,name`', '`sql`', 'Inputs, or outputs of earlier steps, that become `$1`, `$2` …'],
]

const EXAMPLE = `<Step id="fence-primary" role="dba" danger="destructive" target="orders-db.primary" expect="20s">

## Make sure the old primary can never take another write

Two primaries are worse than none.

\`\`\`ts run file=scripts/postgres/fence.ts
\`\`\`

\`\`\`sql verify on=orders-db.standby
select pg_is_in_recovery()
\`\`\`

</Step>`

export function runbookFormat(): string {
  return page(
    'Runbook format',
    'The front matter, the kinds of nodes with their attributes, and the fences of a runbook.',
    [
      'A runbook is one file `runbooks/<id>.mdx`: front matter, prose, and the nodes below. Attributes are literals; nothing on the page is evaluated to know what runs.',
      block(EXAMPLE, 'mdx'),
      '## Front matter',
      membersTable(frontMatter),
      '## Kinds',
      ...Object.values(KINDS).flatMap(({ tag, schema, summary }) => [
        `### ${code(`<${tag}>`)}`,
        summary,
        membersTable(schema),
      ]),
      'Every node but `<Choice>` and `<Use>` has a heading: it is what the operator is asked.',
      '## Fences',
      'The first word after the language is the role of a fence. A fence without a role is only shown. A fence with a role stands directly inside a `<Step>`.',
      table(
        ['role', 'what it is'],
        Object.entries(ROLES).map(([role, text]) => [code(role), text]),
      ),
      table(
        ['language', 'how it runs'],
        Object.entries(LANGUAGES).map(([lang, text]) => [code(lang), text]),
      ),
      table(['attribute', 'languages', 'meaning'], FENCE_ATTRIBUTES),
    ],
  )
}

/** One row for each value that an author can write. */
export function membersTable(schema: z.ZodType): string {
  const rows = rowsOf(jsonSchema(schema)).map((row) => [
    code(row.name),
    row.type,
    row.required ? 'yes' : '',
    row.default === undefined ? '' : code(row.default),
    prose(row.description),
  ])
  return table(['name', 'type', 'required', 'default', 'meaning'], rows)
}
