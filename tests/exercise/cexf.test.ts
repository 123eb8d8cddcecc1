import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { exerciseIds, parseExercise, requireExercise } from '../../src/document/exercise.ts'
import { requireRunbook } from '../../src/document/load.ts'
import { ProjectFiles } from '../../src/document/project-files.ts'
import { fromCexf, toCexf } from '../../src/exercise/cexf.ts'
import { exerciseMdx } from '../../src/exercise/to-mdx.ts'
import { walkOf } from '../../src/exercise/walk.ts'
import type { Exercise } from '../../src/model/exercise.ts'
import { REPOSITORY, makeProject } from '../helpers/project.ts'

/** Everything an author wrote, without where it stood. */
function written(exercise: Exercise): unknown {
  const { sources: _sources, digest: _digest, file: _file, ...rest } = exercise
  return JSON.parse(JSON.stringify(rest, (key, value: unknown) => (key === 'place' ? undefined : value)))
}

function throughCexf(exercise: Exercise): Exercise {
  const read = fromCexf(JSON.parse(JSON.stringify(toCexf(exercise))))
  assert.ok('input' in read, JSON.stringify(read))
  assert.deepEqual(read.completed, [])
  const again = parseExercise(exercise.id, exerciseMdx(read.input), new ProjectFiles(REPOSITORY))
  assert.deepEqual(again.problems, [])
  assert.ok(again.exercise)
  return again.exercise
}

for (const id of exerciseIds(REPOSITORY))
  void test(`${id} survives the way through CEXF`, () => {
    const exercise = requireExercise(REPOSITORY, id)
    assert.deepEqual(written(throughCexf(exercise)), written(exercise))
  })

void test('what CEXF requires is there, and says the same', () => {
  const exercise = requireExercise(REPOSITORY, 'region-loss')
  const file = toCexf(exercise)
  assert.equal(file.exercise.name, exercise.title)
  assert.match(file.exercise.uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.equal(file.exercise.uuid, toCexf(exercise).exercise.uuid, 'the same exercise keeps its uuid')
  assert.equal(new Set(file.injects.map(({ uuid }) => uuid)).size, exercise.injects.length)
  for (const { inject_uuid } of file.inject_flow)
    assert.ok(file.injects.some(({ uuid }) => uuid === inject_uuid))
  const [first] = file.injects
  const payload = file.inject_payloads?.find(({ uuid }) => uuid === first?.action_payload_resource_uuid)
  const content = payload?.parameters?.['content']
  assert.equal(Buffer.from(String(content), 'base64').toString(), exercise.injects[0]?.text)
})

/** As the sample of the format's own repository is built, in other words. */
const FOREIGN = {
  exercise: {
    description: 'A mail that <wants> {something}',
    expanded: '# A mail\n\n{not: "MDX"} <b>',
    meta: { author: 'someone', level: 'beginner' },
    name: 'A mail & more',
    namespace: 'mail',
    tags: ['state:production'],
    total_duration: '7200',
    uuid: '75d7460a-af9d-4098-8ad1-754457076b32',
    version: '20210611',
  },
  inject_flow: [
    {
      description: 'The *first* `mail`.',
      inject_uuid: '19272db1-a7c4-4cb3-aa33-df775b8fec8c',
      reporting_callback: [],
      requirements: {},
      sequence: { completion_trigger: ['completion'], trigger: ['startex'] },
      timing: { triggered_at: null },
    },
    { description: '', inject_uuid: 'c104aa37-e394-43ce-b82b-a733d3745468', timing: { triggered_at: '60' } },
  ],
  inject_payloads: [
    {
      name: 'mail',
      parameters: { content: Buffer.from('Hello,\n```\n{x}\n').toString('base64'), filename: 'mail.eml' },
      type: 'file',
      uuid: '930c6f6b-f89d-456d-a59d-5cb89bdec0b1',
    },
    {
      name: 'connection',
      parameters: { destination: 'host', port: '25' },
      type: 'tcp_connection',
      uuid: '9b519819-36cc-48b1-8418-43831f2d3a6a',
    },
  ],
  injects: [
    {
      action: 'email_to_participants',
      action_payload_resource_uuid: '930c6f6b-f89d-456d-a59d-5cb89bdec0b1',
      inject_evaluation: [{ parameters: [], result: 'Event created', score_range: [0, 10] }],
      name: 'received a mail from "them"',
      target_tool: 'MISP',
      uuid: '19272db1-a7c4-4cb3-aa33-df775b8fec8c',
    },
    {
      action: 'network_connection',
      action_payload_resource_uuid: '9b519819-36cc-48b1-8418-43831f2d3a6a',
      inject_evaluation: [],
      name: 'traffic',
      target_tool: 'Suricata',
      uuid: 'c104aa37-e394-43ce-b82b-a733d3745468',
    },
  ],
}

void test('an exercise of another program is taken over, and what is missing is said', async (t) => {
  const project = makeProject(t, { 'foreign.json': JSON.stringify(FOREIGN) })
  const end = await project.cli(['tabletop', 'taken-over', '--import', 'foreign.json'])
  assert.equal(end.code, 0, end.stderr)
  assert.match(end.stdout, /to be completed: scope, objectives/)
  const exercise = requireExercise(project.root, 'taken-over')
  assert.deepEqual(
    exercise.injects.map(({ title, offsetMs }) => [title, offsetMs]),
    [
      ['received a mail from "them"', 0],
      ['traffic', 60_000],
    ],
  )
  assert.match(exercise.injects[0]?.text ?? '', /\{x\}/)
  const again = await project.cli(['tabletop', 'taken-over', '--import', 'foreign.json'])
  assert.equal(again.code, 2)
  assert.match(again.stderr, /is there already/)
})

void test('what is no CEXF is refused with the place, and nothing is written', async (t) => {
  const project = makeProject(t, {
    'none.json': '{"exercise": {"name": 3}, "injects": []}',
    'text.json': 'not json',
  })
  for (const file of ['none.json', 'text.json', 'missing.json']) {
    const end = await project.cli(['tabletop', 'new', '--import', file])
    assert.equal(end.code, 2, file)
    assert.doesNotMatch(end.stderr, /\n {4}at /)
  }
  assert.equal(project.files().filter((file) => file.startsWith('docs/exercises')).length, 0)
})

void test('a walk of a runbook can be exported as well', () => {
  const file = toCexf(walkOf(requireRunbook(REPOSITORY, 'database-failure')))
  assert.ok(file.injects.length > 10)
  assert.doesNotMatch(JSON.stringify(file), /unfence|pg_promote/, 'no command leaves with it')
  assert.ok(
    readFileSync(path.join(REPOSITORY, 'runbooks/database-failure.mdx'), 'utf8').includes('pg_promote'),
  )
})
