import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { declareSecrets } from '../../src/cli/declare-secrets.ts'
import { targetFacts } from '../../src/cli/environment.ts'
import type { Target } from '../../src/fences/api.ts'
import { redact } from '../../src/cli/declare-secrets.ts'
import { createRedactor } from '../../src/host/redaction/index.ts'
import { sign } from '../../src/host/ssh.ts'
import { isBoundTo } from '../../src/journal/approved-values.ts'
import { foldAll } from '../../src/journal/fold.ts'
import { fingerprint, readSignature } from '../../src/journal/ssh-signature.ts'
import { approvalStatement } from '../../src/model/approval.ts'
import type { ApprovalRequest } from '../../src/model/approval.ts'
import type { JournalEvent } from '../../src/model/event.ts'
import { parseEvent } from '../../src/model/event.ts'
import type { Person } from '../../src/model/contact.ts'
import type { Purpose } from '../../src/model/signed.ts'
import type { Fence, FenceRole, Parallel, Step } from '../../src/model/runbook.ts'
import type { Outcome } from '../../src/model/outcome.ts'
import { answerLine, readChallenge } from '../../src/runner/approval-text.ts'
import { spokenAnswer } from '../../src/runner/judge-approval.ts'
import { rollBackStep } from '../../src/runner/rollback.ts'
import { settleStep } from '../../src/runner/settle.ts'
import { readSpokenRequest } from '../../src/runner/spoken.ts'
import { unattendedOperator } from '../../src/runner/unattended.ts'
import { runParallel } from '../../src/steps/parallel/run.ts'
import { attemptStep } from '../../src/steps/step/run.ts'
import { ApprovalRun, STARTED, stepOf } from '../helpers/approval-session.ts'
import type { Script } from '../helpers/approval-session.ts'
import { Keys, unless } from '../helpers/keys.ts'

const skip = unless('ssh-keygen')
const GOES_ON = { kind: 'run' }

class Cast {
  readonly keys: Keys
  readonly people: Record<string, Person>

  /** ada asks; bob and carol may approve; eve may not; phone is ada again, by another name. */
  constructor(t: TestContext) {
    this.keys = new Keys(t, ['ada', 'bob', 'carol', 'eve', 'mallory'])
    this.people = {
      ada: this.person('ada', ['dba', 'incident-commander']),
      bob: this.person('bob', ['dba']),
      carol: this.person('carol', ['incident-commander']),
      eve: this.person('eve', ['network']),
      phone: this.person('ada', ['dba']),
    }
  }

  person(key: string, roles: string[]): Person {
    return {
      name: key,
      roles,
      timeZone: 'Europe/London',
      languages: [],
      methods: [{ kind: 'voice', value: '+12065550101', dependsOn: [], priority: 1 }],
      privacy: 'internal',
      sshKeys: [this.keys.publicKey(key)],
    }
  }

  /** What an approver's machine makes of a request, or of what somebody made of it. */
  async answer(
    approver: string,
    request: ApprovalRequest,
    { key = approver, purpose = 'approval', signed = request }: Forged = {},
  ): Promise<string> {
    const signature = readSignature(
      await sign(approvalStatement(signed), purpose, { file: this.keys.file(key) }),
    )
    assert.ok(signature)
    return answerLine({ request, approver, signature })
  }

  /** Answers whatever is asked, after it was changed. */
  answers(approver: string, change: Partial<ApprovalRequest> = {}, forged: Forged = {}): Script {
    return async ({ line }) => ({
      kind: 'answer',
      text: await this.answer(approver, { ...requestIn(line), ...change }, forged),
    })
  }
}

type Forged = { key?: string; purpose?: Purpose; signed?: ApprovalRequest }

function requestIn(line: string): ApprovalRequest {
  const challenge = readChallenge(line)
  assert.ok(!('problem' in challenge))
  return challenge.request
}

const found: Script = ({ look }) => {
  const text = look()
  return text === undefined ? { kind: 'pause', reason: 'nothing there' } : { kind: 'answer', text }
}

function says(text: string): Script {
  return () => ({ kind: 'answer', text })
}

void test('another person approves, and the step goes on', { skip }, async (t) => {
  const cast = new Cast(t)
  const run = new ApprovalRun(cast.people)
  run.script = [cast.answers('bob')]
  assert.deepEqual(await run.obtain(), GOES_ON)
  assert.deepEqual(run.names(), ['approval-requested', 'approval-given'])
  const [requested, given] = run.events
  assert.ok(requested?.event === 'approval-requested' && given?.event === 'approval-given')
  assert.equal(given.approver, 'bob')
  assert.equal(given.expiresAt, '2026-11-21T01:38:15Z')
  assert.match(given.signature, /BEGIN SSH SIGNATURE/)
  const { request } = requested
  assert.deepEqual(
    { run: request.run, step: request.step, attempt: request.attempt, requester: request.requester },
    { run: run.session.state.run, step: 'fence-primary', attempt: 1, requester: 'ada' },
  )
  assert.equal(request.issuedAt, '2026-11-21T01:23:15Z')
})

void test('the request holds what is asked, and no secret', { skip }, async (t) => {
  const run = new ApprovalRun(new Cast(t).people)
  await run.obtain()
  const challenge = readChallenge(run.files.get('approvals/1.json') ?? '')
  assert.ok(!('problem' in challenge))
  assert.deepEqual(challenge, readChallenge(run.asked[0]?.line ?? ''))
  assert.deepEqual(challenge.values, {
    inputs: { reason: 'the primary is gone', password: null },
    outputs: {},
    targets: { 'shop.edge': 'kind http, url https://shop.example.com' },
  })
  assert.ok(!JSON.stringify(challenge).includes('hunter2'))
})

void test(
  'a secret that stands in a target is hidden, and the request fits what it is bound to',
  {
    skip,
  },
  async (t) => {
    const secret = 'orders-2026'
    const redact = createRedactor([secret]).redactText
    const url = `https://shop.example.com/health?token=${secret}`
    const cast = new Cast(t)
    const run = new ApprovalRun(cast.people, {
      redact,
      targets: { 'shop.edge': { name: 'shop.edge', kind: 'http', url } },
    })
    run.script = [cast.answers('bob')]
    assert.deepEqual(await run.obtain(), GOES_ON)
    // As the recorder keeps it.
    const challenge = readChallenge(redact(run.files.get('approvals/1.json') ?? ''))
    assert.ok(!('problem' in challenge), JSON.stringify(challenge))
    assert.match(challenge.values.targets['shop.edge'] ?? '', /^kind http, url .*token=/)
    assert.deepEqual(challenge, readChallenge(run.asked[0]?.line ?? ''))
    assert.ok(!JSON.stringify(challenge).includes(secret))
  },
)

const refused: { title: string; script: (cast: Cast) => Script; reason: RegExp }[] = [
  {
    title: 'one for another run (replay)',
    script: (cast) => cast.answers('bob', { run: '20261120-230000-000-database-failure-0001' }),
    reason: /for another run, 20261120-230000-000-database-failure-0001/,
  },
  {
    title: 'one for another runbook',
    script: (cast) => cast.answers('bob', { runbook: 'other' }),
    reason: /another runbook/,
  },
  {
    title: 'one for another step',
    script: (cast) => cast.answers('bob', { step: 'promote' }),
    reason: /another step, promote/,
  },
  {
    title: 'one for another attempt',
    script: (cast) => cast.answers('bob', { attempt: 2 }),
    reason: /for attempt 2; this is attempt 1/,
  },
  {
    title: 'one for the rollback of the step',
    script: (cast) => cast.answers('bob', { action: 'rollback' }),
    reason: /to roll the step back, not for this/,
  },
  {
    title: 'one for another version of the runbook',
    script: (cast) => cast.answers('bob', { digest: 'cd'.repeat(32) }),
    reason: /another version of the runbook/,
  },
  {
    title: 'one for other inputs, outputs or targets',
    script: (cast) => cast.answers('bob', { values: 'cd'.repeat(20) }),
    reason: /inputs, outputs or targets are not those/,
  },
  {
    title: 'one for another environment',
    script: (cast) => cast.answers('bob', { environment: 'lab' }),
    reason: /another environment, lab/,
  },
  {
    title: 'one given to somebody else',
    script: (cast) => cast.answers('bob', { requester: 'carol' }),
    reason: /somebody else, carol/,
  },
  {
    title: 'one for an earlier request',
    script: (cast) => cast.answers('bob', { issuedAt: '2026-11-21T01:00:00Z' }),
    reason: /another request, of 2026-11-21T01:00:00Z/,
  },
  {
    title: 'one whose expiry was put off',
    script: (cast) => cast.answers('bob', { expiresAt: '2026-11-22T01:00:00Z' }),
    reason: /valid until 2026-11-22/,
  },
  {
    title: 'one by somebody who is not in contacts.yaml',
    script: (cast) => cast.answers('mallory'),
    reason: /mallory is not a person of/,
  },
  {
    title: 'one by a name of every object',
    script: (cast) => cast.answers('constructor', {}, { key: 'mallory' }),
    reason: /constructor is not a person of/,
  },
  {
    title: 'one by somebody without the role',
    script: (cast) => cast.answers('eve'),
    reason: /eve may not approve this step: dba or incident-commander may/,
  },
  {
    title: 'one by the requester',
    script: (cast) => cast.answers('ada'),
    reason: /ada asked for it and cannot approve/,
  },
  {
    title: "one by the requester's key under another name",
    script: (cast) => cast.answers('phone', {}, { key: 'ada' }),
    reason: /the key that signed is one of ada, who asked/,
  },
  {
    title: "one by the requester's key under the approver's name",
    script: (cast) => cast.answers('bob', {}, { key: 'ada' }),
    reason: /the key that signed is one of ada/,
  },
  {
    title: "one that names an approver and has somebody else's signature",
    script: (cast) => cast.answers('bob', {}, { key: 'eve' }),
    reason: /the key that signed is not one of bob/,
  },
  {
    title: 'one signed for another purpose',
    script: (cast) => cast.answers('bob', {}, { purpose: 'journal' }),
    reason: /signed as "drillbook-journal@v1", not as drillbook-approval@v1/,
  },
  {
    title: 'a signature of another request in an answer to this one',
    script:
      (cast) =>
      async ({ line }) => {
        const request = requestIn(line)
        const text = await cast.answer('bob', request, { signed: { ...request, step: 'look' } })
        return { kind: 'answer', text }
      },
    reason: /not of this text: something in it was changed/,
  },
  { title: 'nothing', script: () => says(''), reason: /does not begin with drillbook-approval:/ },
  { title: 'a word', script: () => says('approved, go ahead'), reason: /does not begin with/ },
  {
    title: 'garbage after the prefix',
    script: () => says('drillbook-approval:!!!'),
    reason: /cut off or damaged/,
  },
  {
    title: 'the request itself',
    script:
      () =>
      ({ line }) => ({ kind: 'answer', text: line }),
    reason: /does not begin with/,
  },
  {
    title: 'half a line',
    script:
      (cast) =>
      async ({ line }) => ({
        kind: 'answer',
        text: (await cast.answer('bob', requestIn(line))).slice(0, 100),
      }),
    reason: /cut off or damaged; copy the whole line/,
  },
  {
    title: 'an endless line',
    script: () => says(`drillbook-approval:${'A'.repeat(300_000)}`),
    reason: /far too long/,
  },
]

for (const { title, script, reason } of refused)
  void test(`refused: ${title}`, { skip }, async (t) => {
    const cast = new Cast(t)
    const run = new ApprovalRun(cast.people)
    run.script = [script(cast)]
    const answer = await run.obtain()
    assert.equal(answer.kind, 'pause', 'the step did not go on')
    assert.deepEqual(run.names(), ['approval-requested', 'approval-refused'])
    assert.match(run.refusals()[0] ?? '', reason)
    assert.equal(run.asked[1]?.problem, run.refusals()[0], 'and the reason is shown')
  })

void test('refused: one that came too late; the next request is a new one', { skip }, async (t) => {
  const cast = new Cast(t)
  const run = new ApprovalRun(cast.people)
  run.script = [
    async (waiting, session) => {
      const answer = await cast.answers('bob')(waiting, session)
      run.now += 15 * 60_000
      return answer
    },
    cast.answers('bob'),
  ]
  assert.deepEqual(await run.obtain(), GOES_ON)
  assert.deepEqual(run.refusals(), ['the request expired at 2026-11-21T01:38:15Z'])
  assert.deepEqual(run.names(), [
    'approval-requested',
    'approval-refused',
    'approval-requested',
    'approval-given',
  ])
})

const tampered: { title: string; change: (run: ApprovalRun) => void }[] = [
  { title: 'an input', change: ({ session }) => void (session.inputs['reason'] = 'another') },
  {
    title: 'an output',
    change: ({ session }) => void (session.state.outputs['candidate'] = 'the wrong one'),
  },
  {
    title: 'a target',
    change: ({ session }) =>
      void (session.targets['shop.edge'] = {
        name: 'shop.edge',
        kind: 'http',
        url: 'https://evil.example.com',
      }),
  },
  { title: 'the runbook', change: ({ session }) => void (session.runbook.digest = 'cd'.repeat(32)) },
]

for (const { title, change } of tampered)
  void test(`an approval does not count once ${title} has changed`, { skip }, async (t) => {
    const cast = new Cast(t)
    const run = new ApprovalRun(cast.people)
    run.script = [
      async (waiting, session) => {
        const answer = await cast.answers('bob')(waiting, session)
        change(run)
        return answer
      },
    ]
    const answer = await run.obtain()
    assert.equal(answer.kind, 'pause')
    assert.equal(run.asked.length, 2, 'it is asked for again')
    assert.notEqual(run.asked[0]?.line, run.asked[1]?.line)
    assert.ok(!run.session.approvals.stillHold(run.step, 'run', 1, run.session))
  })

void test(
  'a request whose values were changed on its way is refused by the approver',
  { skip },
  async (t) => {
    const run = new ApprovalRun(new Cast(t).people)
    await run.obtain()
    const text = run.files.get('approvals/1.json')?.replace('the primary is gone', 'nothing much') ?? ''
    assert.deepEqual(readChallenge(text), {
      problem: 'the inputs, outputs or targets in it are not those it is bound to: it was changed',
    })
  },
)

void test('an approval is good for one attempt', { skip }, async (t) => {
  const cast = new Cast(t)
  const run = new ApprovalRun(cast.people)
  run.script = [cast.answers('bob')]
  assert.deepEqual(await run.obtain('run', 1), GOES_ON)
  assert.deepEqual(await run.obtain('run', 1), GOES_ON, 'which may have been interrupted')
  assert.equal((await run.obtain('run', 2)).kind, 'pause')
  assert.equal(run.asked.length, 2)
})

void test('two approvals are of two people', { skip }, async (t) => {
  const cast = new Cast(t)
  cast.people['robert'] = cast.person('bob', ['dba'])
  const run = new ApprovalRun(cast.people, { step: stepOf({ approvals: 2 }) })
  run.script = [
    cast.answers('bob'),
    cast.answers('bob'),
    cast.answers('robert', {}, { key: 'bob' }),
    cast.answers('carol'),
  ]
  assert.deepEqual(await run.obtain(), GOES_ON)
  assert.deepEqual(run.refusals(), [
    'bob has approved it already; another person has to',
    'the key that signed has approved it already, as bob',
  ])
  assert.deepEqual(
    run.asked.map(({ given }) => given),
    [[], ['bob'], ['bob'], ['bob']],
  )
})

void test('a request that was pending when the run stopped is the same afterwards', { skip }, async (t) => {
  const cast = new Cast(t)
  const before = new ApprovalRun(cast.people, { step: stepOf({ approvals: 2 }) })
  before.script = [cast.answers('bob')]
  assert.equal((await before.obtain()).kind, 'pause')
  const after = new ApprovalRun(cast.people, { step: stepOf({ approvals: 2 }), events: before.events })
  after.now = before.now + 60_000
  after.script = [
    ({ line, given }) => {
      assert.equal(line, before.asked[0]?.line)
      assert.deepEqual(given, ['bob'])
      return { kind: 'answer', text: '' }
    },
    cast.answers('carol'),
  ]
  // As resume has them: secrets are asked for again, and come in another order.
  after.session.inputs = Object.fromEntries(Object.entries(after.session.inputs).toReversed())
  assert.deepEqual(await after.obtain(), GOES_ON)
  assert.equal(after.names().filter((name) => name === 'approval-requested').length, 1)
  const file = after.files.get('approvals/1.json')
  assert.equal(file, before.files.get('approvals/1.json'), 'its file is there again, byte for byte')

  const again = new ApprovalRun(cast.people, { step: stepOf({ approvals: 2 }), events: after.events })
  again.now = after.now
  assert.deepEqual(await again.obtain(), GOES_ON, 'and once given it is not asked for again')
  again.now += 15 * 60_000
  assert.equal((await again.obtain()).kind, 'pause', 'until it expires')
})

void test('somebody else who resumes the run has to ask anew', { skip }, async (t) => {
  const cast = new Cast(t)
  const before = new ApprovalRun(cast.people)
  before.script = [cast.answers('bob')]
  assert.deepEqual(await before.obtain(), GOES_ON)
  const after = new ApprovalRun(cast.people, { operator: 'bob', events: before.events })
  after.now = before.now
  assert.equal((await after.obtain()).kind, 'pause')
  assert.equal(requestIn(after.asked[0]?.line ?? '').requester, 'bob')
})

void test(
  'the key by which the requester proved who they are counts, also when contacts.yaml lost it',
  { skip },
  async (t) => {
    const cast = new Cast(t)
    const run = new ApprovalRun(cast.people)
    const proof = await sign('x', 'identity', { file: cast.keys.file('ada') })
    const key = fingerprint(readSignature(proof)?.key ?? '')
    run.session.record({
      event: 'identity-proved',
      person: 'ada',
      host: 'h',
      provedAt: 'now',
      key,
      signature: proof,
    })
    Object.assign(cast.people, { ada: { ...cast.people['ada'], sshKeys: [] } })
    run.script = [cast.answers('phone', {}, { key: 'ada' })]
    assert.equal((await run.obtain()).kind, 'pause')
    assert.match(run.refusals()[0] ?? '', /one of ada, who asked/)
  },
)

void test(
  'an answer in the folder of the run is found; one that was refused is not looked at again',
  { skip },
  async (t) => {
    const cast = new Cast(t)
    const run = new ApprovalRun(cast.people)
    run.script = [
      async (waiting, session) => {
        run.inbox = [await cast.answer('eve', requestIn(waiting.line))]
        return await found(waiting, session)
      },
      found,
    ]
    assert.deepEqual(await run.obtain(), { kind: 'pause', reason: 'nothing there' })
    assert.equal(run.refusals().length, 1)
    run.script = [
      async (waiting, session) => {
        run.inbox.push(await cast.answer('bob', requestIn(waiting.line)))
        return await found(waiting, session)
      },
      found,
    ]
    assert.deepEqual(await run.obtain(), GOES_ON)
  },
)

void test('a new request makes the one before worthless', { skip }, async (t) => {
  const cast = new Cast(t)
  const run = new ApprovalRun(cast.people)
  let first = ''
  run.script = [
    ({ line }) => {
      first = line
      run.now += 1000
      return { kind: 'renew' }
    },
    async () => ({ kind: 'answer', text: await cast.answer('bob', requestIn(first)) }),
    cast.answers('bob'),
  ]
  assert.deepEqual(await run.obtain(), GOES_ON)
  assert.match(run.refusals()[0] ?? '', /answers another request/)
})

void test('over a telephone: groups there, groups back, and a wrong one is named', { skip }, async (t) => {
  const cast = new Cast(t)
  const run = new ApprovalRun(cast.people)
  const hear = async (spoken: readonly string[]): Promise<string[]> => {
    const { runbook } = run.session
    const place = { runbook: runbook.id, step: run.step.id, environment: 'production', requester: 'ada' }
    const request = readSpokenRequest(spoken.join(' ').toLowerCase(), { ...place, digest: runbook.digest })
    assert.ok(!('problem' in request))
    const signature = readSignature(
      await sign(approvalStatement(request), 'approval', { file: cast.keys.file('bob') }),
    )
    assert.ok(signature)
    return spokenAnswer('bob', signature) ?? []
  }
  run.script = [
    async ({ spoken }) => {
      const [who, first = '', ...rest] = await hear(spoken ?? [])
      const wrong = first.startsWith('7') ? `8${first.slice(1)}` : `7${first.slice(1)}`
      return { kind: 'answer', text: [who, wrong, ...rest].join(' ') }
    },
    async ({ spoken }) => {
      const [who, ...groups] = await hear(spoken ?? [])
      return { kind: 'answer', text: [who, ...groups.slice(1)].join(' ') }
    },
    async ({ spoken }) => {
      const [, ...groups] = await hear(spoken ?? [])
      return { kind: 'answer', text: ['carol', ...groups].join(' ') }
    },
    async ({ spoken }) => ({ kind: 'answer', text: (await hear(spoken ?? [])).join('  ') }),
  ]
  assert.deepEqual(await run.obtain(), GOES_ON)
  assert.deepEqual(run.refusals(), [
    'group 1 of 26 is not right: ask for it again',
    'expected 26 groups of 5, got 25.0',
    'the signature is not of this text: something in it was changed',
  ])
})

void test(
  'what a policy asks for counts when it is more; what the runbook asks for can be waived in a lab',
  { skip },
  async (t) => {
    const { people } = new Cast(t)
    const rows = [
      { title: 'nobody asks', run: new ApprovalRun(people, { step: stepOf({ approvals: 0 }) }), needed: 0 },
      {
        title: 'the policy asks for two',
        run: new ApprovalRun(people, { policy: { approvals: { destructive: 2 } } }),
        needed: 2,
      },
      {
        title: 'the policy asks for a safe step',
        run: new ApprovalRun(people, {
          policy: { approvals: { safe: 1 } },
          step: stepOf({ danger: 'safe', approvals: 0 }),
        }),
        needed: 1,
      },
      { title: 'a lab', run: new ApprovalRun(people, { lab: true }), needed: 0 },
      {
        title: 'a lab that practises',
        run: new ApprovalRun(people, { lab: true, policy: { approvals: { asWritten: true } } }),
        needed: 1,
      },
    ]
    for (const { title, run, needed } of rows) {
      const answer = await run.obtain()
      assert.equal(answer.kind, needed === 0 ? 'run' : 'pause', title)
      assert.equal(run.asked[0]?.needed ?? 0, needed, title)
    }
    assert.deepEqual(rows[3]?.run.names(), ['approval-waived'])
  },
)

void test(
  'rolling back is asked for only where the policy says so, and is another thing than running',
  { skip },
  async (t) => {
    const cast = new Cast(t)
    const plain = new ApprovalRun(cast.people)
    assert.deepEqual(await plain.obtain('rollback'), GOES_ON)
    assert.deepEqual(plain.names(), [])
    const strict = new ApprovalRun(cast.people, { policy: { approvals: { rollback: true } } })
    strict.script = [cast.answers('bob'), cast.answers('bob')]
    assert.deepEqual(await strict.obtain('run'), GOES_ON)
    assert.deepEqual(await strict.obtain('rollback'), GOES_ON)
    assert.equal(strict.asked.length, 2)
  },
)

void test('approvers are whom the policy names', { skip }, async (t) => {
  const cast = new Cast(t)
  const run = new ApprovalRun(cast.people, { policy: { approvers: ['network'], approvalValidFor: 60_000 } })
  run.script = [cast.answers('bob'), cast.answers('eve')]
  assert.deepEqual(await run.obtain(), GOES_ON)
  assert.deepEqual(run.refusals(), ['bob may not approve this step: network may'])
  assert.equal(
    requestIn(run.asked[0]?.line ?? '').expiresAt,
    new Date(STARTED + 120_000).toISOString().replace('.000', ''),
  )
})

void test('an unattended run never waits for anybody', { skip }, async (t) => {
  const run = new ApprovalRun(new Cast(t).people)
  const operator = unattendedOperator(new Map(), new Set(['fence-primary']))
  run.session.operator = operator
  const answer = await run.obtain()
  assert.deepEqual(answer, {
    kind: 'pause',
    reason: 'fence-primary needs the approval of other people; a person has to resume',
  })
})

void test('who cannot be named in one line cannot ask', { skip }, async (t) => {
  const run = new ApprovalRun(new Cast(t).people, { operator: 'ada\nstep: look' })
  await assert.rejects(run.obtain(), /nobody can be asked to approve this: requester: expected one line/)
  assert.deepEqual(run.names(), [])
})

/** Executes every fence at once, and remembers what was asked for. */
function executes(run: ApprovalRun, outcome: Outcome = { kind: 'ok', durationMs: 1, outputs: {} }): void {
  run.session.executor.execute = () => Promise.resolve(outcome)
  run.session.executor.recover = () => Promise.resolve(outcome)
}

function fence(role: FenceRole, line: number): Fence {
  const place = { file: 'runbooks/two.mdx', line, column: 1 }
  return { role, lang: 'sh', code: 'true', place, bind: [] }
}

function acting(id: string): Step {
  return stepOf({ id, fences: [fence('run', id.length), fence('rollback', 50 + id.length)] })
}

void test(
  'steps that run at the same time: each is asked for, and none begins before all are approved',
  { skip },
  async (t) => {
    const cast = new Cast(t)
    const run = new ApprovalRun(cast.people)
    executes(run)
    const steps = [acting('a'), acting('bb'), acting('ccc')]
    const { place } = fence('run', 1)
    const parallel: Parallel = { kind: 'parallel', id: 'all', title: '', prose: '', place, when: [], steps }
    run.script = [
      cast.answers('bob'),
      () => ({ kind: 'skip', reason: 'not this one' }),
      async (waiting, session) => {
        // The first approval expires while the third is waited for.
        run.now += 15 * 60_000
        return await cast.answers('bob')(waiting, session)
      },
      cast.answers('bob'),
      cast.answers('bob'),
    ]
    assert.deepEqual(await runParallel(parallel, run.session), { kind: 'next' })
    const names = run.names()
    const begun = names.indexOf('step-started')
    assert.equal(names.slice(begun).filter((name) => name.startsWith('approval')).length, 0)
    assert.deepEqual(
      run.events.flatMap((event) => (event.event === 'step-started' ? [event.step] : [])),
      ['a', 'ccc'],
    )
    assert.deepEqual(
      run.asked.map(({ step }) => step.id),
      ['a', 'bb', 'ccc', 'ccc', 'a'],
    )
  },
)

void test(
  'an attempt that was interrupted goes on with its approval, or asks again once that has expired',
  { skip },
  async (t) => {
    const cast = new Cast(t)
    const step = acting('a')
    const run = new ApprovalRun(cast.people, { step })
    executes(run)
    run.script = [cast.answers('bob'), cast.answers('carol')]
    assert.deepEqual(await run.obtain(), GOES_ON)
    run.session.record({ event: 'step-started', step: 'a', attempt: 1 })
    const killed = [...run.events]

    assert.deepEqual(await settleStep(step, run.session), { kind: 'next' })
    assert.equal(run.asked.length, 1)

    const late = new ApprovalRun(cast.people, { step, events: killed })
    executes(late)
    late.now = run.now + 3_600_000
    late.script = [() => ({ kind: 'pause', reason: 'nobody answers' }), cast.answers('carol')]
    assert.deepEqual(await settleStep(step, late.session), { kind: 'pause', reason: 'nobody answers' })
    assert.ok(!late.names().includes('fence-started'))
    assert.deepEqual(await settleStep(step, late.session), { kind: 'next' })
    assert.equal(late.session.state.steps.get('a')?.status, 'done')
  },
)

void test(
  'a person who tries a failed step again needs an approval again; automatic retries do not',
  { skip },
  async (t) => {
    const cast = new Cast(t)
    const step = { ...acting('a'), retries: 1 }
    const run = new ApprovalRun(cast.people, { step })
    executes(run, { kind: 'failed', durationMs: 1, reason: 'no' })
    run.script = [cast.answers('bob'), cast.answers('bob')]
    await attemptStep(step, run.session)
    assert.equal(run.asked.length, 1)
    await attemptStep(step, run.session)
    assert.deepEqual(
      run.asked.map(({ line }) => requestIn(line).attempt),
      [1, 3],
    )
  },
)

void test('a rollback that is not approved changes nothing', { skip }, async (t) => {
  const cast = new Cast(t)
  const step = acting('a')
  const run = new ApprovalRun(cast.people, { step, policy: { approvals: { rollback: true } } })
  executes(run)
  run.script = [() => ({ kind: 'pause', reason: 'nobody answers' }), cast.answers('bob')]
  assert.deepEqual(await rollBackStep(step, false, run.session), { kind: 'pause', reason: 'nobody answers' })
  assert.ok(!run.names().includes('step-rollback-started'))
  assert.deepEqual(await rollBackStep(step, false, run.session), { kind: 'next' })
  assert.equal(run.session.state.steps.get('a')?.status, 'rolled-back')
})

void test('a request is bound to the targets that its run recorded, also where their addresses hold a secret', async (t) => {
  const cast = new Cast(t)
  declareSecrets(['hunter2hunter2'])
  const targets: Record<string, Target> = {
    'shop.edge': {
      name: 'shop.edge',
      kind: 'edge',
      url: 'https://a.example/hunter2hunter2',
      admin: 'https://b.example',
    },
    'shop.db': {
      name: 'shop.db',
      kind: 'postgres',
      host: '::1',
      port: 5432,
      database: 'shop',
      user: 'dr',
      region: 'west',
    },
    'shop.page': { name: 'shop.page', kind: 'http', url: 'http://c.example:80/shop' },
  }
  const started = startedWith(targetFacts(targets))
  const run = new ApprovalRun(cast.people, { targets, redact, events: [started] })
  assert.equal((await run.obtain()).kind, 'pause')
  const [asked] = run.events.filter((event) => event.event === 'approval-requested')
  const shown = readChallenge(run.files.get('approvals/1.json') ?? '')
  assert.ok(asked && !('problem' in shown))
  const since = { resumed: false, accepted: false }
  assert.ok(isBoundTo(run.session.state, asked, shown.values, since))
  for (const name of Object.keys(targets)) {
    const moved = { ...targetFacts(targets), [name]: { kind: 'http', address: 'https://elsewhere.example' } }
    const state = foldAll([startedWith(moved)])
    assert.ok(!isBoundTo(state, asked, shown.values, since), name)
  }
})

function startedWith(targets: ReturnType<typeof targetFacts>): JournalEvent {
  return parseEvent({
    v: 1,
    seq: 1,
    at: new Date(STARTED).toISOString(),
    mono: 0,
    event: 'run-started',
    run: 'r-1',
    runbook: 'database-failure',
    title: '',
    service: 'shop',
    mode: 'interactive',
    lab: null,
    host: 'h',
    pid: 1,
    boot: 'b',
    versions: {},
    inputs: { reason: 'the primary is gone', password: null },
    objective: null,
    targets,
    sources: [],
    digest: 'ab'.repeat(32),
    operator: 'ada',
    environment: 'production',
    prev: '0'.repeat(64),
  })
}
