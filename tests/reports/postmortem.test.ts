import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { EventBody } from '../../src/model/event.ts'
import { eventBody } from '../../src/model/event.ts'
import { readPostmortem } from '../../src/document/postmortems.ts'
import { OperatorError } from '../../src/model/problem.ts'
import type { Region } from '../../src/model/regions.ts'
import { computePostmortem } from '../../src/reports/postmortem/compute.ts'
import type { Computed, Told } from '../../src/reports/postmortem/compute.ts'
import { postmortemDocument } from '../../src/reports/postmortem/document.ts'
import type { RunSource } from '../../src/reports/postmortem/sources.ts'
import { repositoryFile } from '../document/temporary-project.ts'
import { FAULT, FINISHED, MEASURED, STARTED, runSource } from './journal-lines.ts'

const TEMPLATE = {
  file: 'templates/postmortem.md.hbs',
  text: readFileSync(repositoryFile('templates/postmortem.md.hbs'), 'utf8'),
}
const TOLD: Told = {
  title: 'Database failure',
  owner: 'Ada Example',
  kind: 'drill',
  severity: 'sev1',
  services: ['orders-db'],
  actions: [],
}

function compute(bodies: readonly EventBody[], more: Partial<RunSource> = {}): Computed {
  return computePostmortem(TOLD, [runSource(bodies, more)])
}

function render(computed: Computed, template = TEMPLATE, regions: Region[] = []): string {
  const { data, measured, startedAt, endedAt } = computed
  const matter = {
    ...TOLD,
    owner: 'ada',
    id: '2026-11-21-database-failure',
    mdx: { format: 'md' as const },
    status: 'draft' as const,
    authors: [],
    runRefs: ['r1'],
    measured,
    startedAt,
    endedAt,
  }
  return postmortemDocument(matter, data, template, { file: 'docs/postmortems/x.md', regions })
}

/** Rows that an event is taken away from have no source; everything else stays. */
void describe('a line that is not there', () => {
  const note: EventBody = { event: 'note-added', text: 'the standby was 2 s behind' }
  const whole = [STARTED, FAULT, note, MEASURED, FINISHED]
  const facts = ({ data }: Computed): Record<string, string> =>
    Object.fromEntries([
      ...data.moments.map(({ name, at }) => [name, at]),
      ...data.metrics.map((m) => [m.name, m.value]),
    ])
  const changed = (without: EventBody): string[] => {
    const [before, after] = [facts(compute(whole)), facts(compute(whole.filter((body) => body !== without)))]
    return Object.keys(before).filter(
      (name) => after[name] === 'not measured' && before[name] !== 'not measured',
    )
  }

  void test('takes exactly what it said with it', () => {
    assert.deepEqual(changed(FAULT), ['Impact began'])
    assert.deepEqual(changed(MEASURED), ['RTO actual', 'RPO actual'])
    assert.deepEqual(changed(note), [])
    const texts = (bodies: EventBody[]): string[] => compute(bodies).data.timeline.map(({ what }) => what)
    assert.deepEqual(
      texts(whole).filter((what) => !texts(whole.filter((body) => body !== note)).includes(what)),
      ['note: the standby was 2 s behind'],
    )
  })

  void test('is never a zero', () => {
    const { data, measured } = compute([STARTED, FINISHED])
    assert.deepEqual(new Set(data.metrics.map(({ value }) => value)), new Set(['not measured']))
    assert.ok(Object.values(measured).every((value) => value === null))
    assert.equal(data.impact.lost, 'not measured')
  })
})

void test('what was measured stands beside its objective and cites its line', () => {
  const { data, measured } = compute([STARTED, FAULT, MEASURED, FINISHED])
  const rto = data.metrics.find(({ name }) => name === 'RTO actual')
  assert.deepEqual([rto?.value, rto?.objective, rto?.sources[0]?.line], ['858 ms', '15 m', 3])
  assert.equal(measured.lost, 0)
})

void test('what was skipped, rolled back and failed says why, and what it printed', () => {
  const bodies: EventBody[] = [
    STARTED,
    {
      event: 'fence-started',
      step: 'a',
      job: 'r1.1',
      role: 'run',
      lang: 'sh',
      place: 'x.mdx:4',
      sha256: 'e'.repeat(64),
    },
    {
      event: 'fence-finished',
      step: 'a',
      job: 'r1.1',
      outcome: { kind: 'failed', durationMs: 5, reason: 'no', exitCode: 1 },
      found: 'live',
    },
    { event: 'step-skipped', step: 'b', reason: 'not here', by: 'person' },
    { event: 'step-rollback-finished', step: 'c', result: 'kept', reason: 'safer', durationMs: 9 },
    FINISHED,
  ]
  const { data } = compute(bodies, { output: (job) => (job === 'r1.1' ? 'hello\n' : undefined) })
  const { skipped, rollbacks, failures } = data
  assert.deepEqual([skipped[0]?.step, skipped[0]?.reason], ['b', 'not here'])
  assert.deepEqual([rollbacks[0]?.step, rollbacks[0]?.result], ['c', 'kept'])
  assert.deepEqual([failures[0]?.step, failures[0]?.output, failures[0]?.place], ['a', 'hello\n', 'x.mdx:4'])
})

void describe('writing again', () => {
  const computed = compute([STARTED, FAULT, MEASURED, FINISHED])

  void test('keeps what people wrote, with whatever they wrote', () => {
    const text = 'Two primaries.\n\n```sh\necho `x` | cat\n```\n\n- <b>bold</b> {#id}'
    const region = { name: 'contributing-factors', text, line: 1 }
    const read = readPostmortem(render(computed, TEMPLATE, [region]), 'x.md')
    assert.deepEqual(read.problems, [])
    assert.equal(read.postmortem?.regions.find(({ name }) => name === region.name)?.text, text)
    const again = render(computed, TEMPLATE, read.postmortem?.regions)
    assert.equal(again, render(computed, TEMPLATE, [region]))
  })

  void test('refuses a template that has no place for it', () => {
    const region = { name: 'contributing-factors', text: 'Two primaries.', line: 33 }
    assert.throws(
      () => render(computed, { file: 'own.hbs', text: '{{title}}' }, [region]),
      /x\.md:33.*own\.hbs/s,
    )
  })
})

void describe('a damaged document', () => {
  const good = render(compute([STARTED, FINISHED]))
  const cases: [title: string, change: (text: string) => string, expected: RegExp][] = [
    [
      'has a marker without its end',
      (text) => text.replace('<!-- end: summary -->\n', ''),
      /x\.md:\d+ {2}"impact" begins before "summary"/,
    ],
    [
      'has a marker that somebody mistyped',
      (text) => text.replace('<!-- write: impact -->', '<!-- write impact -->'),
      /x\.md:\d+ {2}is a damaged marker/,
    ],
    [
      'has an end of something else',
      (text) => text.replace('<!-- end: impact -->', '<!-- end: summary -->'),
      /ends "summary", which is not open here/,
    ],
    [
      'has a region twice',
      (text) => text.replaceAll('resolution -->', 'summary -->'),
      /"summary" is there twice/,
    ],
    ['has half a front matter', (text) => text.slice(0, 200), /x\.md:1 {2}the front matter never ends/],
    ['has no front matter', (text) => text.slice(4), /x\.md:1 {2}there is no front matter/],
    [
      'has a status that there is not',
      (text) => text.replace('"draft"', '"done"'),
      /x\.md:\d+:\d+ {2}status/,
    ],
    [
      'has front matter that is not YAML',
      (text) => text.replace('id: ', 'id: "'),
      /x\.md:\d+:\d+ {2}not valid YAML/,
    ],
  ]
  for (const [title, change, expected] of cases)
    void test(title, () => {
      const { problems, postmortem } = readPostmortem(change(good), 'x.md')
      assert.equal(postmortem, undefined)
      assert.match(new OperatorError('usage', problems).message, expected)
    })
})

void describe('a template of somebody', () => {
  const computed = compute([STARTED, FAULT, MEASURED, FINISHED])
  const cases: [title: string, text: string, expected: RegExp][] = [
    ['names what there is not', 'x\n{{titel}}', /own\.hbs:2:3 {2}unknown variable "titel"\n.*title/],
    [
      'names what a row has not',
      '{{#each timeline}}\n  {{wehn}}\n{{/each}}',
      /own\.hbs:2:5 {2}unknown variable "wehn"/,
    ],
    [
      'looks too far up',
      '{{#each timeline}}{{../../title}}{{/each}}',
      /own\.hbs:1:\d+ {2}"..\/..\/title" leads out/,
    ],
    ['calls what there is not', '{{shout title}}', /own\.hbs:1:3 {2}unknown helper "shout"/],
    ['prints a list', '{{timeline}}', /own\.hbs:1:3 {2}"timeline" is a list/],
    ['goes through what is no list', '{{#each title}}x{{/each}}', /expected a list/],
    ['takes in another file', '{{> other}}', /PartialStatement is not supported/],
    [
      'never closes a block',
      '{{#if title}}',
      /own\.hbs:\d+:1 {2}the template cannot be filled in: unexpected end/,
    ],
    [
      'closes another block',
      '{{#if title}}{{/each}}',
      /own\.hbs:1:\d+ {2}the template cannot be filled in: if doesn't match each/,
    ],
    ['has a block that there is not', '{{#timeline}}x{{/timeline}}', /unknown block "timeline"/],
  ]
  for (const [title, text, expected] of cases)
    void test(title, () => assert.throws(() => render(computed, { file: 'own.hbs', text }), expected))

  void test('works the same', () => {
    const text =
      '{{#each metrics}}{{@index}} {{name}} of {{@root.title}} ({{../title}})\n{{/each}}{{#write "summary"}}{{owner}}{{/write}}'
    const body = render(computed, { file: 'own.hbs', text })
    assert.match(body, /4 RTO actual of Database failure \(Database failure\)/)
    assert.match(body, /<!-- write: summary -->\n\n\*To be written by Ada Example\.\*/)
  })
})

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '`a` ``b``',
    '<500ms',
    '{id}',
    '$PATH "x" | y',
    '🚒',
    'שלום ‮abc',
    ':tada:',
    ':::note',
    '# x {#id}',
    '-->',
    '<!-- write: summary -->',
    '---',
    '\u0000\u001b[31m',
    '{{title}}',
    '```\n~~~',
    '1. x',
    '    code',
  ),
)
const bodies: fc.Arbitrary<EventBody> = fc
  .oneof(
    fc.record({ event: fc.constant('note-added'), text: texts }),
    fc.record({
      event: fc.constant('step-skipped'),
      step: texts,
      reason: texts,
      by: fc.constantFrom('person', 'condition'),
    }),
    fc.record({ event: fc.constant('step-started'), step: texts, attempt: fc.integer({ min: 1, max: 9 }) }),
    fc.record({
      event: fc.constant('step-finished'),
      step: texts,
      result: fc.constantFrom('done', 'failed'),
      reason: texts,
      durationMs: fc.nat(),
      outputs: fc.constant({}),
    }),
    fc.record({
      event: fc.constant('step-rollback-finished'),
      step: texts,
      result: fc.constantFrom('kept', 'failed'),
      reason: texts,
      durationMs: fc.nat(),
    }),
    fc.record({
      event: fc.constant('decision-made'),
      step: texts,
      choice: texts,
      by: fc.constant('person'),
      waitedMs: fc.nat(),
    }),
    fc.record({
      event: fc.constant('inform-written'),
      step: texts,
      audience: texts,
      file: texts,
      sha256: fc.constant('a'.repeat(64)),
    }),
    fc.record({
      event: fc.constant('fence-started'),
      step: texts,
      job: fc.constantFrom('j1', 'j2'),
      role: fc.constant('run'),
      lang: fc.constant('sh'),
      place: texts,
      sha256: fc.constant('a'.repeat(64)),
    }),
    fc.record({
      event: fc.constant('fence-finished'),
      step: texts,
      job: fc.constantFrom('j1', 'j2'),
      outcome: fc.record({ kind: fc.constant('failed'), durationMs: fc.nat(), reason: texts }),
      found: fc.constant('live'),
    }),
    fc.record({ event: fc.constant('run-paused'), reason: texts }),
    fc.constant(FAULT),
    fc.constant(MEASURED),
    fc.constant(FINISHED),
  )
  .map((body) => eventBody.safeParse(body).data ?? { event: 'note-added', text: 'x' })

void test('every journal gives a document that can be read again and written again', () => {
  fc.assert(
    fc.property(fc.array(bodies, { maxLength: 12 }), fc.boolean(), texts, (some, begins, output) => {
      const computed = compute([...(begins ? [STARTED] : []), ...some], { output: () => output })
      const text = render(computed)
      const { problems, postmortem } = readPostmortem(text, 'x.md')
      assert.deepEqual(problems, [])
      assert.equal(render(computed, TEMPLATE, postmortem?.regions), text)
    }),
    { numRuns: 1000 },
  )
})
