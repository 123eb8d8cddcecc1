import type { Example, Rule } from '../../lint/rule.ts'
import { RULES } from '../../lint/rules/index.ts'
import { block, page, prose, table } from './markdown.ts'

const READER = `Before any rule is applied, the reader refuses what it cannot take at its word; these are always errors. A file that is not
UTF-8, or no regular file. In a runbook: a tag that is not closed, an unknown kind or attribute, HTML, an attribute that is not a literal, an
expression, an import, a heading without words, an id that stands twice, a \`when\` that names nothing, an executable fence that no step takes,
a fence role without a language that can run, what looks like a space in a fence's first line and is none, a script, template or used runbook
that does not exist, runbooks that use each other in a cycle, code that is not TypeScript. In the plan (\`plan-references\`): a dependency,
role, person, runbook, environment, target, secret or schedule that is named and does not exist, and services that depend on each other in a
cycle.`

export function lintRules(): string {
  return page('Lint rules', 'What npm run check finds, with examples.', [
    '`npm run check` reads every runbook and the plan, and reports all mistakes at once, sorted by place. Errors make it fail; warnings do so with `--strict`.',
    READER,
    table(
      ['rule', 'level', 'what it asks for'],
      RULES.map(({ name, level, summary }) => [`[${name}](#${name})`, level, prose(summary)]),
    ),
    ...RULES.flatMap(ruleSection),
  ])
}

function ruleSection({ name, level, summary, examples }: Rule): string[] {
  return [
    `## ${name}`,
    `*${level}.* ${prose(summary)}`,
    ...examples.good.flatMap((example) => [`Right: ${prose(example.title)}.`, text(example)]),
    ...examples.bad.flatMap((example) => [
      `Wrong: ${prose(example.title)}.`,
      text(example),
      'It reports (line and column of this text):',
      block(reportLines(example), 'text'),
    ]),
  ]
}

function text(example: Example): string {
  const isText = example.in === 'body' || example.in === 'runbook'
  return block(example.text, isText ? 'mdx' : example.in === 'postmortem-words' ? 'md' : 'yaml')
}

function reportLines({ reports = [] }: Example): string {
  return reports
    .map(
      ({ file, line, column, message }) =>
        `${file === undefined ? '' : `${file}:`}${line}:${column}  ${message}`,
    )
    .join('\n')
}
