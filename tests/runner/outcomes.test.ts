import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertSound, only, reasons, standing } from '../helpers/claims.ts'
import { makeProject, runbook, step } from '../helpers/project.ts'

/** Every way in which a step can end, unattended: exit code, how the steps stand, what is said, and what was really done. */
type Row = {
  title: string
  body: string
  code: number
  standing: string
  /** In the reasons that the journal holds. */
  says?: RegExp
  /** The lines that fences appended to effects.log. */
  effects: string
  attempts?: number
}

const effect = (name: string): [string, string] => ['sh run', `echo ${name} >> effects.log`]
const NEXT = step('next', '', effect('next'))

const rows: Row[] = [
  {
    title: 'everything succeeds',
    body:
      step('one', '', ['sh check', 'true'], effect('one'), ['sh verify', 'grep -q one effects.log']) + NEXT,
    code: 0,
    standing: 'one done, next done',
    effects: 'one next',
  },
  {
    title: 'a check fails: nothing is run',
    body: step('one', '', ['sh check', 'echo the disk is full; exit 7'], effect('one')) + NEXT,
    code: 1,
    standing: 'one failed',
    says: /check: exit code 7: the disk is full/,
    effects: '',
  },
  {
    title: 'the second check fails: nothing is run',
    body: step('one', '', ['sh check', 'true'], ['sh check', 'false'], effect('one')) + NEXT,
    code: 1,
    standing: 'one failed',
    says: /check: exit code 1/,
    effects: '',
  },
  {
    title: 'a run fails: it is not verified, and nothing follows',
    body:
      step(
        'one',
        '',
        ['sh run', 'echo one >> effects.log; echo no such host >&2; exit 3'],
        ['sh verify', 'echo verified >> effects.log'],
      ) + NEXT,
    code: 1,
    standing: 'one failed',
    says: /run: exit code 3: no such host/,
    effects: 'one',
  },
  {
    title: 'a command in the middle fails: the rest of the fence is not run',
    body: step('one', '', ['sh run', 'echo one >> effects.log\nfalse\necho two >> effects.log']) + NEXT,
    code: 1,
    standing: 'one failed',
    says: /exit code 1/,
    effects: 'one',
  },
  {
    title: 'a command within a pipe fails',
    body: step('one', '', ['sh run', 'false | cat']) + NEXT,
    code: 1,
    standing: 'one failed',
    says: /exit code 1/,
    effects: '',
  },
  {
    title: 'a variable that is not set fails',
    body: step('one', '', ['sh run', 'echo "$NEVER_SET_ANYWHERE"']) + NEXT,
    code: 1,
    standing: 'one failed',
    says: /NEVER_SET_ANYWHERE: unbound variable/,
    effects: '',
  },
  {
    title: 'a run is killed by a signal',
    body: step('one', '', ['sh run', 'kill -SEGV $$']) + NEXT,
    code: 1,
    standing: 'one failed',
    says: /ended by SIGSEGV/,
    effects: '',
  },
  {
    title: 'a verification never holds: its last reason is told',
    body:
      step('one', 'timeout="1s"', effect('one'), [
        'sh verify',
        'echo x >> tries; echo only $(wc -l < tries) so far; false',
      ]) + NEXT,
    code: 1,
    standing: 'one failed',
    says: /verify: still not so after [\d.]+ s: exit code 1: only \d+ so far/,
    effects: 'one',
  },
  {
    title: 'a verification holds at the third try',
    body:
      step('one', '', effect('one'), ['sh verify', 'echo x >> tries; test "$(wc -l < tries)" -ge 3']) + NEXT,
    code: 0,
    standing: 'one done, next done',
    effects: 'one next',
  },
  {
    title: 'a verification hangs: it is ended at the timeout',
    body: step('one', 'timeout="1s"', effect('one'), ['sh verify', 'sleep 600']) + NEXT,
    code: 1,
    standing: 'one failed',
    says: /verify: (did not end within|still not so after) /,
    effects: 'one',
  },
  {
    title: 'a step succeeds at its second retry',
    body:
      step('one', 'retries="2"', ['sh run', 'echo one >> effects.log; test "$(wc -l < effects.log)" -ge 3']) +
      NEXT,
    code: 0,
    standing: 'one done, next done',
    effects: 'one one one next',
    attempts: 3,
  },
  {
    title: 'a step fails at its last retry',
    body: step('one', 'retries="2"', ['sh run', 'echo one >> effects.log; false']) + NEXT,
    code: 1,
    standing: 'one failed',
    says: /exit code 1/,
    effects: 'one one one',
    attempts: 3,
  },
  {
    title: 'a retry begins with the checks again',
    body:
      step(
        'one',
        'retries="1"',
        ['sh check', 'echo checked >> effects.log'],
        ['sh run', 'test "$(wc -l < effects.log)" -ge 2'],
      ) + NEXT,
    code: 0,
    standing: 'one done, next done',
    effects: 'checked checked next',
    attempts: 2,
  },
  {
    title: 'a run takes too long: it is told to end, and can still write',
    body:
      step('one', 'timeout="500ms"', [
        'sh run',
        "trap 'echo ended >> effects.log; exit 0' TERM; sleep 600 & wait",
      ]) + NEXT,
    code: 1,
    standing: 'one failed',
    says: /run: did not end within 0.5 s/,
    effects: 'ended',
  },
  {
    title: 'the timeout is one for the whole step, not one for each fence',
    body:
      step(
        'one',
        'timeout="1s"',
        ['sh run', 'sleep 0.7'],
        ['sh run', 'sleep 0.7; echo second >> effects.log'],
      ) + NEXT,
    code: 1,
    standing: 'one failed',
    says: /run: did not end within 0(\.\d+)? s/,
    effects: '',
  },
  {
    title: 'several fences of one role are all executed, in their order',
    body: step('one', '', effect('first'), effect('second'), effect('third')) + NEXT,
    code: 0,
    standing: 'one done, next done',
    effects: 'first second third next',
  },
]

for (const row of rows)
  void test(row.title, async (t) => {
    const project = makeProject(t, { 'runbooks/it.mdx': runbook(row.body) })
    const { code, events, stderr } = await project.run('it')
    assert.equal(code, row.code, stderr)
    assert.equal(standing(project.journal()), row.standing)
    if (row.says) assert.match(reasons(events), row.says)
    if (row.says) assert.match(stderr, row.says)
    assert.equal(project.read('effects.log').trimEnd().replaceAll('\n', ' '), row.effects)
    if (row.attempts !== undefined)
      assert.deepEqual(
        only(events, 'step-started')
          .filter(({ step }) => step === 'one')
          .map(({ attempt }) => attempt),
        Array.from({ length: row.attempts }, (_, index) => index + 1),
      )
    await assertSound(project)
  })

void test('a fence that a script file gives to two roles or targets is executed each time', async (t) => {
  const body = step(
    'one',
    '',
    ['sh run file=scripts/count.sh', ''],
    ['sh run file=scripts/count.sh', ''],
    ['sh verify file=scripts/count.sh', ''],
  )
  const project = makeProject(t, {
    'runbooks/it.mdx': runbook(body),
    'scripts/count.sh': 'echo x >> effects.log\n',
  })
  const { code, stderr } = await project.run('it')
  assert.equal(code, 0, stderr)
  assert.equal(project.read('effects.log'), 'x\nx\nx\n')
})
