import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadRunbook } from '../../src/document/load.ts'
import { formatProblem } from '../../src/model/problem.ts'
import { md, runbookText } from './runbook-text.ts'
import { temporaryProject } from './temporary-project.ts'

type Row = { title: string; body: string; files?: Record<string, string>; reports: string[] }

/** A step with this inside; its heading is on line 10, and what follows it begins on line 12. */
const step = (inside: string, attributes = ''): string =>
  `<Step id="a"${attributes}>\n\n## A\n\n${inside}\n\n</Step>`

const withInput = (name: string): string =>
  `---\ntitle: A\nsummary: x\nservice: s\nseverity: sev1\ninputs: { ${name}: { type: string, prompt: N } }\n---\n${step('')}\n`

const rows: Row[] = [
  {
    title: 'an unknown attribute',
    body: step('', ' colour="red"'),
    reports: [
      '8:14 <Step> unknown attribute "colour": expected id, when, role, danger, target, expect, timeout, retries, approvals, outputs',
    ],
  },
  {
    title: 'an attribute of another kind of value, on a line of its own',
    body: '<Step id="a"\n  expect="soon"\n  danger="high">\n\n## A\n\n</Step>',
    reports: [
      '9:3 <Step> attribute expect: expected a duration such as 20s, 2m, 1m30s or 4h',
      '10:3 <Step> attribute danger: Invalid option: expected one of "safe"|"caution"|"destructive"',
    ],
  },
  {
    title: 'a timeout that no timer can keep, beside another mistake',
    body: step('', ' timeout="700h" colour="red"'),
    reports: [
      '8:14 <Step> attribute timeout: expected at most 24d: no timer counts further',
      '8:29 <Step> unknown attribute "colour": expected id, when, role, danger, target, expect, timeout, retries, approvals, outputs',
    ],
  },
  {
    title: 'a timeout within which no step can end',
    body: step('', ' timeout="0s"'),
    reports: ['8:14 <Step> attribute timeout: expected more than 0: it would be over before it begins'],
  },
  {
    title: 'an attribute twice',
    body: '<Step id="a" role="dba" role="network">\n\n## A\n\n</Step>',
    reports: ['8:25 <Step>: attribute role stands twice'],
  },
  {
    title: 'a missing attribute and a missing heading',
    body: '<Step>\n\nProse.\n\n</Step>',
    reports: [
      '8:1 <Step> needs the attribute id',
      '8:1 <Step> needs a heading: it is what the operator is asked',
    ],
  },
  {
    title: 'a non-literal attribute brings no other mistake with it',
    body: '<Step id={name} {...rest}>\n\n## A\n\n</Step>',
    reports: [
      '8:7 <Step> attribute id: expected a literal, such as id="…"; nothing on the page is evaluated to know what runs',
      '8:17 <Step> attribute {...}: expected a literal, such as {...}="…"; nothing on the page is evaluated to know what runs',
    ],
  },
  {
    title: 'an unknown kind, once, whatever stands in it',
    body: md("<Stepp id=\"a\">\n\n## A\n\n'''sh run\ntrue\n'''\n\n</Stepp>"),
    reports: ['8:1 unknown kind <Stepp>: expected <Step>, <Decision>, <Parallel>, <Inform>, <Use>'],
  },
  {
    title: 'a kind in small letters, which is not HTML',
    body: '<step id="a">\n\n## A\n\n</step>',
    reports: ['8:1 unknown kind <step>: expected <Step>, <Decision>, <Parallel>, <Inform>, <Use>'],
  },
  {
    title: 'a duplicate id',
    body: `${step('')}\n\n${step('')}`,
    reports: ['16:1 the id "a" stands twice: first on line 8'],
  },
  {
    title: 'outputs that a shell could not tell apart, in one step and in two',
    body: `${step('', ' outputs="newRegion, lag_s, lagS"')}\n\n<Step id="b" outputs="new_region">\n\n## B\n\n</Step>`,
    reports: [
      '8:1 step a: "lag_s" and "lagS" are one variable in a shell, OUTPUT_LAG_S: rename one of them',
      '16:1 step b: "newRegion" and "new_region" are one variable in a shell, OUTPUT_NEW_REGION: rename one of them',
    ],
  },
  {
    title: 'inputs of two runbooks that a shell could not tell apart',
    body: '<Use id="b" runbook="b" />\n\n<Use id="c" runbook="c" />',
    files: { 'runbooks/b.mdx': withInput('dryRun'), 'runbooks/c.mdx': withInput('dry_run') },
    reports: ['10:1 "dryRun" and "dry_run" are one variable in a shell, INPUT_DRY_RUN: rename one of them'],
  },
  {
    title: '`when` that names nothing',
    body: step('', ' when="how=fast"'),
    reports: ['8:1 step a: when="how=fast": no <Decision id="how"> stands before it'],
  },
  {
    title: '`when` that names no choice',
    body: `<Decision id="how">\n\n## How?\n\n<Choice value="slow" />\n<Choice value="never" />\n\n</Decision>\n\n${step('', ' when="how=fast"')}`,
    reports: ['17:1 step a: when="how=fast": expected one of slow, never'],
  },
  {
    title: 'a decision with a wrong attribute is still a decision',
    body: `<Decision id="how" rolle="dba">\n\n## How?\n\n<Choice value="slow" />\n<Choice value="fast" />\n\n</Decision>\n\n${step('', ' when="how=fast"')}`,
    reports: ['8:20 <Decision> unknown attribute "rolle": expected id, when, role, expect, default'],
  },
  {
    title: 'a fence role without a known language',
    body: step(md("'''python run\nprint()\n'''\n\n'''\ntext\n'''\n\n''' run\nx\n'''")),
    reports: [
      '12:1 a run fence needs a language that can run: expected ts, sh or sql, found "python"',
      '20:1 a run fence needs a language that can run: expected ts, sh or sql, found nothing',
    ],
  },
  {
    title: 'an unknown fence role, and an unknown fence attribute',
    body: step(md("'''sh rn\nx\n'''\n\n'''sh run title=x\nx\n'''")),
    reports: [
      '12:1 unknown fence role "rn": expected check, run, verify or rollback, or nothing when the fence is only shown',
      '16:1 unknown fence attribute "title=x": expected file=…, on=… or bind=…',
    ],
  },
  {
    title: 'a missing script file',
    body: step(md("'''ts run file=scripts/none.ts\n'''")),
    reports: ['12:1 file=scripts/none.ts: there is no such file'],
  },
  {
    title: 'a script outside of scripts, of another language, with a text beside it',
    body: step(
      md(
        "'''ts run file=runbooks/a.ts\n'''\n\n'''ts verify file=scripts/a.sh\nx()\n'''\n\n'''sh check file=scripts/../a.sh\n'''",
      ),
    ),
    files: { 'scripts/a.sh': 'true\n' },
    reports: [
      '12:1 file=runbooks/a.ts: expected a path below scripts/, without ..',
      '15:1 a fence with file= has no text of its own: the script is what is shown and run',
      '15:1 file=scripts/a.sh: expected a .ts file in a ts fence',
      '19:1 file=scripts/../a.sh: expected a path below scripts/, without ..',
    ],
  },
  {
    title: 'a sql fence without its target, and one with a target that is none',
    body: step(md("'''sql check\nselect true\n'''\n\n'''sql verify on=primary\nselect true\n'''")),
    reports: [
      '12:1 a sql fence needs on=<service>.<target>: the database it runs on',
      '16:1 on=primary: expected <service>.<target>, such as orders-db.standby',
    ],
  },
  {
    title: 'bind= that names nothing, or what is not there yet',
    body: step(md("'''sql check on=a.b bind=lag,x\nselect $1, $2\n'''"), ' outputs="lag:number"'),
    reports: [
      '13:1 step a: bind=lag: a check fence runs before this step sets that output',
      '13:1 step a: bind=x: no input and no earlier output has this name',
    ],
  },
  {
    title: 'bind= that names what is there only when a decision fell otherwise',
    body: md(`<Decision id="how">

## How

<Choice value="fast">

### Fast

</Choice>

<Choice value="slow">

### Slow

</Choice>

</Decision>

<Step id="find" when="how=fast" outputs="lag:number">

## Find

'''sh run
echo lag=1 >> "$DRILLBOOK_OUTPUT"
'''

</Step>

<Step id="use" when="how=fast">

## Use it

'''sql run on=orders-db.primary bind=lag
select $1
'''

</Step>

<Step id="miss">

## Miss it

'''sql run on=orders-db.primary bind=lag
select $1
'''

</Step>
`),
    reports: [
      '51:1 step miss: bind=lag: find sets it only when how is fast, and this step runs otherwise too',
    ],
  },
  {
    title: 'a rollback without a run, and an empty fence',
    body: step(md("'''sh rollback\n'''")),
    reports: [
      '8:1 step a: a rollback fence without a run fence: there is nothing to roll back',
      '12:1 an empty rollback fence: expected a command, or file=…',
    ],
  },
  {
    title: 'line ends that bash would take for letters',
    body: step(md("'''sh run\r\necho a\r\necho b\r\n'''")),
    reports: ['13:1 the lines end with CR LF: bash takes the CR for a part of the last word'],
  },
  {
    title: 'a cycle of Use',
    body: '<Use id="b" runbook="b" />',
    files: { 'runbooks/b.mdx': runbookText('<Use id="a" runbook="a" />') },
    reports: ['runbooks/b.mdx:8:1 <Use runbook="a"> makes a cycle: a uses b uses a'],
  },
  {
    title: 'a used runbook that does not exist, and one with a mistake',
    body: '<Use id="b" runbook="b" />\n\n<Use id="c" runbook="c" />',
    files: { 'runbooks/b.mdx': runbookText('{1}') },
    reports: [
      '10:1 <Use runbook="c">: there is no runbooks/c.mdx',
      'runbooks/b.mdx:1:1 a runbook needs at least one <Step>',
      'runbooks/b.mdx:8:1 {expression}: expected plain Markdown; nothing in a runbook is evaluated to read it',
    ],
  },
  {
    title: 'an input that two runbooks take for different things',
    body: '<Use id="b" runbook="b" />\n\n<Use id="c" runbook="c" />',
    files: {
      'runbooks/b.mdx': runbookText(step('')).replace(
        '---\n\n',
        'inputs: { n: { type: string, prompt: N } }\n---\n\n',
      ),
      'runbooks/c.mdx': runbookText(step('')).replace(
        '---\n\n',
        'inputs: { n: { type: number, prompt: N } }\n---\n\n',
      ),
    },
    reports: ['10:1 the input "n" is a number in c, and a string here'],
  },
  {
    title: 'a template that is not named as one',
    body: '<Inform id="tell" audience="all" template="Outage.hbs">\n\n## Tell\n\n</Inform>',
    reports: [
      '8:34 <Inform> attribute template: expected the name of a template, such as incident-opened or internal/identified',
    ],
  },
  {
    title: 'a missing template',
    body: '<Inform id="tell" audience="all" template="outage">\n\n## Tell\n\n</Inform>',
    reports: ['8:1 template="outage": there is no templates/inform/outage.hbs'],
  },
  {
    title: 'a Parallel of one, and of something else than steps',
    body: '<Parallel id="p">\n\n## Both\n\n<Use id="u" runbook="b" />\n\n</Parallel>',
    files: { 'runbooks/b.mdx': runbookText(step('')) },
    reports: ['8:1 <Parallel> needs at least two <Step>', '12:1 a use in <Parallel>: expected only <Step>'],
  },
  {
    title: 'a condition of one step in a Parallel, which would begin all the same',
    body: '<Decision id="d">\n\n## How?\n\n<Choice value="a" />\n\n<Choice value="b" />\n\n</Decision>\n\n<Parallel id="p">\n\n## Both\n\n<Step id="s" when="d=a">\n\n## S\n\n</Step>\n\n<Step id="t">\n\n## T\n\n</Step>\n\n</Parallel>',
    reports: ['22:1 step s: when="d=a" in <Parallel>: its steps begin together'],
  },
  {
    title: 'a condition of a Parallel that names nothing is told once',
    body: '<Parallel id="p" when="d=a">\n\n## Both\n\n<Step id="s">\n\n## S\n\n</Step>\n\n<Step id="t">\n\n## T\n\n</Step>\n\n</Parallel>',
    reports: ['8:1 step p: when="d=a": no <Decision id="d"> stands before it'],
  },
  {
    title: 'a choice twice',
    body: '<Decision id="d">\n\n## D\n\n<Choice value="a" />\n\n<Choice value="a" />\n\n<Choice value="b" />\n\n</Decision>',
    reports: ['14:1 step d: choice a stands twice'],
  },
  {
    title: 'a Decision of one choice with a default that is none',
    body: '<Decision id="d" default="b">\n\n## How?\n\n<Choice value="a" />\n\n</Decision>',
    reports: ['8:1 <Decision> needs at least two <Choice value="…">', '8:1 default="b": expected one of a'],
  },
  {
    title: 'executable fences that no step takes: in a list, in a quotation, outside',
    body: `${step(md("- first\n\n  '''sh run\n  true\n  '''\n\n> '''sh check\n> true\n> '''"))}\n\n${md("'''sh run\ntrue\n'''")}`,
    reports: [
      '14:3 a run fence that belongs to no step: expected it directly inside a <Step>',
      '18:3 a check fence that belongs to no step: expected it directly inside a <Step>',
      '24:1 a run fence that belongs to no step: expected it directly inside a <Step>',
    ],
  },
  {
    title: 'a step where none is read: in a list, in a quotation',
    body: `${step('')}\n\n- item\n\n  <Step id="b">\n\n  ## B\n\n  </Step>\n\n> <Step id="c">\n>\n> ## C\n>\n> </Step>`,
    reports: [
      '18:3 <Step> in a listItem: expected the tag outside of lists and quotations',
      '24:3 <Step> in a blockquote: expected the tag outside of lists and quotations',
    ],
  },
  {
    title: 'a step within a step',
    body: step('<Step id="b">\n\n## B\n\n</Step>'),
    reports: ['12:1 <Step> in <Step>: expected prose and fences only'],
  },
  {
    title: 'an expression: on a line, within a line, in a list',
    body: step('{1 + 1}\n\nIt is {now()}.\n\n- {2}\n\n{/* a comment is none */}'),
    reports: [
      '12:1 {expression}: expected plain Markdown; nothing in a runbook is evaluated to read it',
      '14:7 {expression}: expected plain Markdown; write a literal brace in backticks',
      '16:3 {expression}: expected plain Markdown; write a literal brace in backticks',
    ],
  },
  {
    title: 'an import, and a tag within a line',
    body: `import Card from './card'\n\n${step('A <Step>word</Step>.')}`,
    reports: [
      '8:1 import or export: expected plain Markdown; nothing in a runbook is evaluated to read it',
      '14:3 <Step> within a line: expected the tag on a line of its own',
    ],
  },
  {
    title: 'HTML: within a line, on lines of its own, in a list, outside of every step',
    body: `${step('Press <kbd>F1</kbd>.\n\n<details>\n\nMore.\n\n</details>\n\n- <p>\n  one\n  </p>')}\n\n<div>\n\nText.\n\n</div>`,
    reports: [
      '12:7 <kbd>: HTML is no part of the format; expected Markdown, such as `code` or **bold**',
      '14:1 <details>: HTML is no part of the format; expected Markdown, such as `code` or **bold**',
      '20:3 <p>: HTML is no part of the format; expected Markdown, such as `code` or **bold**',
      '26:1 <div>: HTML is no part of the format; expected Markdown, such as `code` or **bold**',
    ],
  },
  {
    title: 'a heading without words, which would be the question',
    body: '<Step id="a">\n\n##\n\nProse.\n\n</Step>',
    reports: ['10:1 <Step> needs a heading with words: it is what the operator is asked'],
  },
  {
    title: 'what looks like a space after the language of a fence, between its words, in a list',
    body: step(
      md(
        "'''sh\u00A0run\ntrue\n'''\n\n'''sh run\u2009file=scripts/a.sh\n'''\n\n- first\n\n  '''sh\u200Brun\n  true\n  '''",
      ),
    ),
    files: { 'scripts/a.sh': 'true\n' },
    reports: [
      '12:1 the line that opens the fence holds U+00A0: expected a space',
      '16:1 the line that opens the fence holds U+2009: expected a space',
      '21:3 the line that opens the fence holds U+200B: expected a space',
    ],
  },
  {
    title: 'code that is not TypeScript',
    body: step(md("'''ts run\nconst a = 1\nconst b: = 2\n'''")),
    reports: [
      '14:10 not valid TypeScript: Unexpected token `=`. Expected an identifier, void, yield, null, await, break, a string literal, a numeric literal, true, false, `, -, import, this, typeof, {, [, (',
    ],
  },
  {
    title: 'imports that lead nowhere, or past the digest',
    body: step(
      md(
        "'''ts run\nimport { a } from '../scripts/a.ts'\nimport '../scripts/none.ts'\nawait import(a)\nimport '/etc/x.ts'\nimport 'node:fs'\n'''",
      ),
    ),
    files: { 'scripts/a.ts': "export * from './b.ts'\n" },
    reports: [
      '14:9 import of "../scripts/none.ts": there is no scripts/none.ts',
      '15:14 import() of what is only known when it runs: expected a literal, so that the digest can cover it',
      '16:9 import of "/etc/x.ts": expected a relative path or the name of a package',
      'scripts/a.ts:1:16 import of "./b.ts": there is no scripts/b.ts',
    ],
  },
  {
    title: 'a tag that is not closed',
    body: '<Step id="a">\n\n## A',
    reports: ['8:1 Expected a closing tag for `<Step>`'],
  },
  {
    title: 'a bare < in prose',
    body: step('In <500ms it is done.'),
    reports: [
      '12:5 Unexpected character `5` (U+0035) before name, expected a character that can start a name, such as a letter, `$`, or `_`',
    ],
  },
]

/** Without the file, where it is the runbook, and without hints. */
export function messages(root: string, id: string): string[] {
  const file = `runbooks/${id}.mdx`
  return loadRunbook(root, id).problems.map((problem) =>
    formatProblem({ ...problem, hint: undefined })
      .replace(`${file}:`, '')
      .replace('  ', ' '),
  )
}

for (const { title, body, files, reports } of rows)
  void test(title, () => {
    using project = temporaryProject({ 'runbooks/a.mdx': runbookText(body), ...files })
    assert.deepEqual(messages(project.root, 'a'), reports)
  })

const frontMatterRows: { title: string; text: string; reports: string[] }[] = [
  {
    title: 'no front matter',
    text: '',
    reports: ['1:1 expected front matter between --- lines: title, summary, service, severity'],
  },
  {
    title: 'front matter that is not YAML',
    text: '---\ntitle: [\n---\n',
    reports: [
      '2:9 not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  },
  {
    title: 'an alias of an anchor that there is not, after one of an anchor that there is',
    text: '---\ntitle: &t A\nsummary: *t\nservice: *zz\n---\n',
    reports: ['4:10 not valid YAML: Unresolved alias (the anchor must be set before the alias): zz'],
  },
  {
    title: 'several unknown keys, also of an input',
    text: '---\ntitle: A\nsummary: x\nservice: s\nservce: s\nseverity: sev1\nseverty: sev1\ninputs:\n  n: { type: string, prompt: N, promt: N, tpye: string }\n---\n',
    reports: [
      '5:1 unknown key "servce"',
      '7:1 unknown key "severty"',
      '9:33 inputs.n: unknown key "promt"',
      '9:43 inputs.n: unknown key "tpye"',
    ],
  },
  {
    title: 'keys that are a list, a mapping, or an alias of one',
    text: '---\ntitle: {{ name }}\n? [a, b]\n: x\nsummary: &list [c]\n? *list\n: y\n---\n',
    reports: [
      '2:9 expected a word as a key, found a mapping',
      '3:3 expected a word as a key, found a list',
      '6:3 expected a word as a key, found a list',
    ],
  },
  {
    title: 'a name that every object has, as a key anywhere',
    text: '---\ntitle: A\nsummary: x\nservice: s\nseverity: sev1\n"__proto__": x\ninputs:\n  __proto__: { type: string, prompt: P }\n---\n',
    reports: ['6:1 __proto__: this name is reserved', '8:3 inputs.__proto__: this name is reserved'],
  },
  {
    title: 'unknown, missing and wrong keys',
    text: '---\ntitle: A\nsumary: x\nservice: 3\nseverity: sev9\ninputs:\n  n: { type: number, prompt: N, default: "1" }\n---\n',
    reports: [
      '2:1 summary: Invalid input: expected string, received undefined',
      '3:1 unknown key "sumary"',
      '4:10 service: Invalid input: expected string, received number',
      '5:11 severity: Invalid option: expected one of "sev1"|"sev2"|"sev3"|"sev4"',
      '7:42 inputs.n.default: expected a number',
    ],
  },
  {
    title: 'choices that the input itself does not take, and defaults that are none of its answers',
    text: [
      '---\ntitle: A\nsummary: x\nservice: s\nseverity: sev1\ninputs:',
      '  a: { type: number, prompt: A, choices: ["1", "2", "all"], default: 1 }',
      '  b: { type: string, prompt: B, choices: [ABC, main], pattern: "[a-z]+", default: main }',
      '  c: { type: boolean, prompt: C, choices: [maybe] }',
      '  d: { type: string, prompt: D, choices: [x, y, ""], default: z }',
      '  e: { type: string, prompt: E, pattern: "[a-z]+", default: Z }',
      '  f: { type: number, prompt: F, default: 9007199254740993 }',
      '  fine: { type: string, prompt: G, pattern: "[a-z]*", default: "" }\n---\n',
    ].join('\n'),
    reports: [
      '7:53 inputs.a.choices.2: expected a number',
      '8:43 inputs.b.choices.0: expected text like /[a-z]+/',
      '9:44 inputs.c.choices.0: expected true or false',
      '10:49 inputs.d.choices.2: expected a value',
      '10:63 inputs.d.default: expected one of x, y, ',
      '11:61 inputs.e.default: expected text like /[a-z]+/',
      '12:42 inputs.f.default: expected a smaller number: whole ones are exact only up to 9007199254740991; for more digits, declare it as a string',
    ],
  },
  {
    title: 'inputs that a shell could not tell apart',
    text: '---\ntitle: A\nsummary: x\nservice: s\nseverity: sev1\ninputs:\n  dryRun: { type: boolean, prompt: N }\n  dry_run: { type: boolean, prompt: M }\n---\n',
    reports: [
      '8:3 inputs.dry_run: "dryRun" and "dry_run" are one variable in a shell, INPUT_DRY_RUN: rename one of them',
    ],
  },
  {
    title: 'a name that is none, and a value that is of no kind',
    text: '---\ntitle: A\nsummary: x\nservice: s\nseverity: sev1\ninputs:\n  my-input: { type: string, prompt: N }\n  n: { type: number, prompt: N, default: .inf }\n---\n',
    reports: [
      '7:3 inputs.my-input: expected a name such as reason or ticket_number',
      '8:42 inputs.n.default: expected string, number or boolean, received Infinity',
    ],
  },
  {
    title: 'a secret that stands in the runbook',
    text: '---\ntitle: A\nsummary: x\nservice: s\nseverity: sev1\ninputs:\n  n: { type: secret, prompt: N, default: hunter2 }\n  m: { type: secret, prompt: M, choices: [hunter2, hunter3] }\n---\n',
    reports: [
      '7:42 inputs.n.default: a secret input has no default: whoever reads the runbook would read the secret',
      '8:33 inputs.m.choices: a secret input has no choices: whoever reads the runbook would read the secret',
    ],
  },
]

for (const { title, text, reports } of frontMatterRows)
  void test(title, () => {
    using project = temporaryProject({ 'runbooks/a.mdx': `${text}\n${step('')}\n` })
    assert.deepEqual(messages(project.root, 'a'), reports)
  })

void test('there is no such runbook', () => {
  using project = temporaryProject({})
  assert.deepEqual(messages(project.root, 'a'), [
    'runbooks/a.mdx  there is no such runbook'.replace('  ', ' '),
  ])
})
