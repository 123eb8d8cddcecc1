import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { assertSound, only, reasons, standing } from '../helpers/claims.ts'
import { decision, makeProject, runbook, step } from '../helpers/project.ts'

const effect = (name: string): [string, string] => ['sh run', `echo ${name} >> effects.log`]
const effects = (text: string): string => text.trimEnd().replaceAll('\n', ' ')

const DECISION = (attributes: string): string => decision('way', attributes, 'left', 'right')
const LEFT = step('go-left', 'when="way=left"', effect('left'))
const RIGHT = step('go-right', 'when="way=right"', effect('right'))

const decided: {
  title: string
  attributes: string
  set: string[]
  code: number
  standing: string
  effects: string
  says?: RegExp
}[] = [
  {
    title: 'the default',
    attributes: 'default="left"',
    set: [],
    code: 0,
    standing: 'way done, go-left done, go-right skipped',
    effects: 'left',
  },
  {
    title: '--set instead of the default',
    attributes: 'default="left"',
    set: ['way=right'],
    code: 0,
    standing: 'way done, go-left skipped, go-right done',
    effects: 'right',
  },
  {
    title: '--set without a default',
    attributes: '',
    set: ['way=right'],
    code: 0,
    standing: 'way done, go-left skipped, go-right done',
    effects: 'right',
  },
  {
    title: 'no default and no --set: refused',
    attributes: '',
    set: [],
    code: 3,
    standing: '',
    effects: '',
    says: /a decision without a default.*--set way=left\|right/s,
  },
  {
    title: 'a choice that there is not',
    attributes: 'default="left"',
    set: ['way=up'],
    code: 2,
    standing: '',
    effects: '',
    says: /expected way=left\|right/,
  },
]

for (const row of decided)
  void test(`a decision unattended: ${row.title}`, async (t) => {
    const project = makeProject(t, { 'runbooks/it.mdx': runbook(DECISION(row.attributes) + LEFT + RIGHT) })
    const end = await project.run(
      'it',
      row.set.flatMap((setting) => ['--set', setting]),
    )
    assert.equal(end.code, row.code, end.stderr)
    assert.equal(standing(end.events), row.standing)
    assert.equal(effects(project.read('effects.log')), row.effects)
    if (row.says) assert.match(end.stderr, row.says)
    if (row.code === 0) await assertSound(project)
    else assert.ok(!existsSync(project.runs))
  })

void test('what a skipped decision decides is skipped too, and says why', async (t) => {
  const second = DECISION('default="left" when="way=right"').replace('id="way"', 'id="other"')
  const body = DECISION('default="left"') + second + step('later', 'when="other=left"', effect('later'))
  const project = makeProject(t, { 'runbooks/it.mdx': runbook(body) })
  const end = await project.run('it')
  assert.equal(end.code, 0, end.stderr)
  assert.equal(standing(end.events), 'way done, other skipped, later skipped')
  assert.match(reasons(end.events), /way was decided as left, not right\nother was not decided/)
})

const PARALLEL = (...steps: string[]): string =>
  `<Parallel id="both">\n\n## At once\n\n${steps.join('\n')}\n</Parallel>\n`
/** Each can only end when it has met the other. */
const meet = (self: string, other: string): [string, string] => [
  'sh run',
  `touch ${self}.here\nuntil test -e ${other}.here; do sleep 0.02; done\necho ${self} >> effects.log`,
]

void test('the steps of a Parallel run at the same time, and all end before the next one begins', async (t) => {
  const slow = step('slow', 'timeout="20s"', [
    'sh run',
    'until test -e one.here; do sleep 0.02; done; sleep 0.5; echo slow >> effects.log',
  ])
  const body =
    PARALLEL(
      step('one', 'timeout="20s"', meet('one', 'two')),
      step('two', 'timeout="20s"', meet('two', 'one')),
      slow,
    ) + step('after', '', effect('after'))
  const project = makeProject(t, { 'runbooks/it.mdx': runbook(body) })
  const end = await project.run('it')
  assert.equal(end.code, 0, end.stderr)
  assert.match(effects(project.read('effects.log')), /^(one two|two one) slow after$/)
  const order = end.events.flatMap((event) =>
    event.event === 'step-started' || event.event === 'step-finished' ? [`${event.event} ${event.step}`] : [],
  )
  assert.ok(order.indexOf('step-started after') > order.indexOf('step-finished slow'))
  assert.equal(new Set(only(end.events, 'fence-started').map(({ job }) => job)).size, 4)
  await assertSound(project)
})

void test('what steps print at the same time says which of them printed it, also in the middle of a line', async (t) => {
  const says = (self: string, other: string): [string, string] => [
    'sh run',
    `printf ${self}-begins\nsleep 0.1\ntouch ${self}.here\nuntil test -e ${other}.here; do sleep 0.02; done\necho ${self}-ends`,
  ]
  const body =
    PARALLEL(
      step('one', 'timeout="20s"', says('one', 'two')),
      step('two', 'timeout="20s"', says('two', 'one')),
    ) + step('after', '', ['sh run', 'echo alone'])
  const project = makeProject(t, { 'runbooks/it.mdx': runbook(body) })
  const { stderr } = await project.run('it')
  const printed = stderr.split('\n').filter((line) => line.startsWith('  │ '))
  assert.ok(printed.length >= 4, stderr)
  for (const line of printed.slice(0, -1)) {
    const [, id = ''] = /^ {2}│ (one|two): /.exec(line) ?? []
    assert.ok(!line.includes(id === 'one' ? 'two-' : 'one-'), line)
  }
  assert.equal(printed.at(-1), '  │ alone')
})

void test('a step of a Parallel fails: the others end, nothing follows, and the failed one is asked about', async (t) => {
  const slow = step('slow', '', ['sh run', 'sleep 0.5; echo slow >> effects.log'])
  const body = PARALLEL(step('bad', '', ['sh run', 'exit 4']), slow) + step('after', '', effect('after'))
  const project = makeProject(t, { 'runbooks/it.mdx': runbook(body) })
  const end = await project.run('it')
  assert.equal(end.code, 1)
  assert.equal(standing(end.events), 'bad failed, slow done')
  assert.equal(effects(project.read('effects.log')), 'slow')
  await assertSound(project)
})

void test('ts and sql fences of a Parallel run at the same time, also more of them than workers were kept ready', async (t) => {
  const names = ['a', 'b', 'c', 'd']
  const code = (name: string): string => `fs.writeFileSync('${name}.here', '')
while (${JSON.stringify(names)}.some((other) => !fs.existsSync(other + '.here'))) await sleep(20)
output('at_${name}', '${name}')`
  const body = PARALLEL(
    ...names.map((name) => step(name, `timeout="30s" outputs="at_${name}"`, ['ts run', code(name)])),
  )
  const project = makeProject(t, { 'runbooks/it.mdx': runbook(body) })
  const end = await project.run('it')
  assert.equal(end.code, 0, end.stderr)
  assert.deepEqual(
    only(end.events, 'step-finished')
      .map(({ step, outputs }) => `${step} ${String(outputs[`at_${step}`])}`)
      .sort(),
    names.map((name) => `${name} ${name}`),
  )
  await assertSound(project)
})

void test('Use: the steps of another runbook, under their own names, with one shared input', async (t) => {
  const inputs = 'inputs:\n  who: { type: string, prompt: Who? }'
  const project = makeProject(t, {
    'runbooks/it.mdx': runbook(
      `${step('first', '', effect('first'))}<Use id="inner" runbook="sub/other" />\n\n${step('last', '', ['sh run', 'echo "last $INPUT_WHO" >> effects.log'])}`,
      inputs,
    ),
    'runbooks/sub/other.mdx': runbook(
      DECISION('default="right"') +
        RIGHT +
        LEFT +
        step('say', '', ['sh run', 'echo "inner $INPUT_WHO" >> effects.log']),
      inputs,
    ),
  })
  const end = await project.run('it', ['--set', 'who=me'])
  assert.equal(end.code, 0, end.stderr)
  assert.equal(
    standing(end.events),
    'first done, inner/way done, inner/go-right done, inner/go-left skipped, inner/say done, last done',
  )
  assert.equal(project.read('effects.log'), 'first\nright\ninner me\nlast me\n')
  await assertSound(project)
})

const INFORM = `<Inform id="tell" audience="customers" template="news">\n\n## Tell them\n\n</Inform>\n`

void test('Inform writes the message as it stands: nothing in it is escaped or executed', async (t) => {
  const template =
    'Dear {{isDrill}} all, {{input.why}} / {{outputs.found}} / {{run.operator}} / {{decisions.way}}\n'
  const found = step('look', 'outputs="found"', [
    'sh run',
    'echo "found=<b>&\\"{{x}}" >> "$DRILLBOOK_OUTPUT"',
  ])
  const project = makeProject(t, {
    'runbooks/it.mdx': runbook(
      DECISION('default="left"') + found + INFORM,
      'inputs:\n  why: { type: string, prompt: Why? }',
    ),
    'templates/inform/news.hbs': template,
  })
  const end = await project.run('it', ['--set', 'why={{run.id}} <i>$(touch x)</i>'])
  assert.equal(end.code, 0, end.stderr)
  const [written] = only(end.events, 'inform-written')
  assert.equal(
    project.read(path.join('runs', project.runIds()[0] ?? '', written?.file ?? '')),
    'Dear false all, {{run.id}} <i>$(touch x)</i> / <b>&"{{x}} / tester / left\n',
  )
  assert.ok(!existsSync(project.path('x')))
  await assertSound(project)
})

void test('Inform with a value that no step produced does not break the run: the message says that it is not known', async (t) => {
  const project = makeProject(t, {
    'runbooks/it.mdx': runbook(
      DECISION('default="left"') +
        step('look', 'outputs="found" when="way=right"', ['ts run', "output('found', 'x')"]) +
        INFORM +
        step('after', '', effect('after')),
    ),
    'templates/inform/news.hbs': 'Found: {{outputs.found}}.\n',
  })
  const end = await project.run('it')
  assert.doesNotMatch(end.stderr, /defect/)
  assert.equal(end.code, 0, end.stderr)
  assert.equal(project.read('effects.log'), 'after\n')
  const [written] = only(end.events, 'inform-written')
  assert.equal(
    project.read(path.join('runs', project.runIds()[0] ?? '', written?.file ?? '')),
    'Found: (not known).\n',
  )
})

void test('Inform knows which steps were done, also within a runbook that another one uses', async (t) => {
  const told = '{{#if done.yes}}yes {{/if}}{{#if done.no}}no {{/if}}{{#if done.later}}later{{/if}}.\n'
  const part = runbook(
    DECISION('default="left"') +
      step('yes', 'when="way=left"', effect('yes')) +
      step('no', 'when="way=right"', effect('no')) +
      INFORM +
      step('later', '', effect('later')),
  )
  const project = makeProject(t, {
    'runbooks/part.mdx': part,
    'runbooks/whole.mdx': runbook('<Use id="first" runbook="part" />\n'),
    'templates/inform/news.hbs': told,
  })
  for (const id of ['part', 'whole']) {
    const end = await project.run(id)
    assert.equal(end.code, 0, end.stderr)
    const [written] = only(end.events, 'inform-written')
    assert.equal(
      project.read(path.relative(project.root, path.join(project.lastRun(), written?.file ?? ''))),
      'yes .\n',
    )
  }
})

void test('Inform with a template that cannot be filled in does not break the run either', async (t) => {
  const project = makeProject(t, {
    'runbooks/it.mdx': runbook(INFORM + step('after', '', effect('after'))),
    'templates/inform/news.hbs': 'We know {{outputs.nothing}}.\n',
  })
  const end = await project.run('it')
  assert.equal(end.code, 0, end.stderr)
  const [written] = only(end.events, 'inform-written')
  assert.match(
    project.read(path.join('runs', project.runIds()[0] ?? '', written?.file ?? '')),
    /^\(templates\/inform\/news.hbs cannot be filled in: .*by hand\.\)\nWe know/,
  )
})
