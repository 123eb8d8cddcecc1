import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { findPrincipals, sign, verify } from '../../src/host/ssh.ts'
import { Journal, START } from '../../src/journal/append.ts'
import { readJournal } from '../../src/journal/read.ts'
import { journalFile } from '../../src/journal/run-directory.ts'
import { verifySignatures } from '../../src/journal/signatures.ts'
import { allowedSigners, fingerprint } from '../../src/journal/ssh-signature.ts'
import { valuesHash } from '../../src/journal/values-hash.ts'
import { approvalStatement } from '../../src/model/approval.ts'
import type { ApprovalRequest, ApprovalValues } from '../../src/model/approval.ts'
import type { EventBody } from '../../src/model/event.ts'
import { journalStatement } from '../../src/model/signed.ts'
import { contactsYaml, Keys, unless } from '../helpers/keys.ts'
import { makeProject, runbook, step } from '../helpers/project.ts'
import type { Ended, Project } from '../helpers/project.ts'
import { rechain } from '../helpers/rechain.ts'

const skip = unless('ssh-keygen')

const ENVIRONMENTS = `default: signed
environments:
  signed: { title: Signed, protected: false, policy: { identity: signed } }
  kept: { title: Kept, protected: false, policy: { signJournal: true } }
  plain: { title: Plain, protected: false }
`

type Cast = { project: Project; keys: Keys; env: Record<string, string>; signers: string }

function makeCast(t: TestContext): Cast {
  const keys = new Keys(t, ['ada', 'bob', 'mallory'])
  const project = makeProject(t, {
    'docs/plan/contacts.yaml': contactsYaml(keys, {
      ada: { roles: ['dba'], key: 'ada' },
      bob: { roles: ['dba'], key: 'bob' },
    }),
    'docs/plan/environments.yaml': ENVIRONMENTS,
    'runbooks/change.mdx': runbook(step('change', '', ['sh run', 'echo changed'])),
  })
  const people = { ada: { sshKeys: [keys.publicKey('ada')] }, bob: { sshKeys: [keys.publicKey('bob')] } }
  const signers = path.join(keys.folder, 'allowed_signers')
  writeFileSync(signers, allowedSigners(people))
  return {
    project,
    keys,
    signers,
    env: { DRILLBOOK_OPERATOR: 'ada', DRILLBOOK_KEY: keys.file('ada'), HOME: keys.folder, SSH_AUTH_SOCK: '' },
  }
}

async function runOnce(
  { project, env }: Cast,
  args: string[] = [],
  more: Record<string, string> = {},
): Promise<string> {
  const { code, stderr, events } = await project.run('change', args, { env: { ...env, ...more } })
  assert.equal(code, 0, stderr)
  const id = events.find((event) => event.event === 'run-started')?.run
  assert.ok(id !== undefined)
  return id
}

/** A copy where there is no project, checked with nothing but the allowed signers. */
async function verifyCopy(
  cast: Cast,
  run: string,
  change: (folder: string) => void | Promise<void>,
): Promise<Ended> {
  const away = mkdtempSync(path.join(cast.keys.folder, 'away-'))
  const folder = path.join(away, run)
  cpSync(path.join(cast.project.runs, run), folder, { recursive: true })
  await change(folder)
  return await cast.project.cli(['verify', folder, '--allowed-signers', cast.signers], { cwd: away })
}

async function resign(cast: Cast, folder: string, who: string): Promise<void> {
  const lines = readFileSync(journalFile(folder), 'utf8').trimEnd().split('\n')
  const head = createHash('sha256')
    .update(lines.at(-1) ?? '')
    .digest('hex')
  const text = journalStatement({ run: path.basename(folder), lines: lines.length, head })
  writeFileSync(path.join(folder, 'seal.sig'), await sign(text, 'journal', { file: cast.keys.file(who) }))
}

void test(
  'a signed journal verifies on a copy, offline, with the allowed signers alone',
  { skip },
  async (t) => {
    const cast = makeCast(t)
    const run = await runOnce(cast)
    const { code, stdout, stderr } = await verifyCopy(cast, run, () => {})
    assert.equal(code, 0, stderr)
    assert.match(stdout, /lines, unchanged. Signed by ada \(SHA256:/)
    assert.equal((await cast.project.cli(['verify', run])).code, 0, 'and in the project with contacts.yaml')
    const json = await cast.project.cli(['verify', run, '--json'])
    const result: unknown = JSON.parse(json.stdout)
    assert.ok(typeof result === 'object' && result !== null && 'signedBy' in result)
    assert.match(String(result.signedBy), /^ada /)
  },
)

const findings: {
  title: string
  change: (cast: Cast, folder: string) => void | Promise<void>
  finding: RegExp
}[] = [
  {
    title: 'the signature was taken away',
    change: (_, folder) => rmSync(path.join(folder, 'seal.sig')),
    finding: /seal.sig .*is missing: nobody has signed this journal/,
  },
  {
    title: 'it was signed by a key that nobody knows',
    change: (cast, folder) => resign(cast, folder, 'mallory'),
    finding: /made with a key that is not one of the allowed signers/,
  },
  {
    title: 'it was signed by somebody else of the company',
    change: (cast, folder) => resign(cast, folder, 'bob'),
    finding: /was made by bob, who is not an operator of this run/,
  },
  {
    title: 'the signature is garbage',
    change: (_, folder) => writeFileSync(path.join(folder, 'seal.sig'), 'signed, ada'),
    finding: /not one of the allowed signers/,
  },
  {
    title: 'it is the signature of something else',
    change: async (cast, folder) =>
      writeFileSync(
        path.join(folder, 'seal.sig'),
        await sign('x', 'journal', { file: cast.keys.file('ada') }),
      ),
    finding: /not the one that was signed: the signature is not of this text/,
  },
  {
    title: 'it is a signature for another purpose',
    change: async (cast, folder) =>
      writeFileSync(
        path.join(folder, 'seal.sig'),
        await sign('x', 'approval', { file: cast.keys.file('ada') }),
      ),
    finding: /not the one that was signed: it was signed as "drillbook-approval@v1"/,
  },
  {
    title: 'lines were cut off at the end',
    change: (_, folder) => rechain(folder, (events) => events.slice(0, -2)),
    finding: /not the one that was signed/,
  },
  {
    title: 'a line was changed and every hash after it made again',
    change: (_, folder) =>
      rechain(folder, (events) =>
        events.map((event) => (event['event'] === 'step-confirmed' ? { ...event, waitedMs: 1 } : event)),
      ),
    finding: /not the one that was signed/,
  },
  {
    title: 'the last line alone was changed, with the seal beside it',
    change: (_, folder) =>
      rechain(folder, (events) =>
        events.map((event) => (event['event'] === 'run-sealed' ? { ...event, files: {} } : event)),
      ),
    finding: /not the one that was signed/,
  },
  {
    title: 'the operator was changed',
    change: (_, folder) =>
      rechain(folder, (events) => events.map((event) => ({ ...event, operator: 'bob' }))),
    finding: /not the one that was signed|ada proved who they are/,
  },
  {
    title: 'a file of the run was changed',
    change: (_, folder) => {
      const [log = ''] = readdirSync(path.join(folder, 'output'))
      writeFileSync(path.join(folder, 'output', log), 'another')
    },
    finding: /was changed after the run was sealed/,
  },
]

void test('what was done to a signed journal is found', { skip }, async (t) => {
  const cast = makeCast(t)
  const run = await runOnce(cast)
  for (const { title, change, finding } of findings)
    await t.test(title, async () => {
      const { code, stderr, stdout } = await verifyCopy(cast, run, (folder) => change(cast, folder))
      assert.equal(code, 4, stdout)
      assert.match(stderr, finding)
    })
})

void test('the proof of an operator is good for its run alone', { skip }, async (t) => {
  const cast = makeCast(t)
  const other = await runOnce(cast)
  const { events } = readJournal(journalFile(path.join(cast.project.runs, other)))
  const earlier = events.find((event) => event.event === 'identity-proved')
  assert.ok(earlier)
  const { signature, provedAt } = earlier
  const run = await runOnce(cast)
  const { code, stderr } = await verifyCopy(cast, run, async (folder) => {
    rechain(folder, (lines) =>
      lines.map((line) => (line['event'] === 'identity-proved' ? { ...line, signature, provedAt } : line)),
    )
    await resign(cast, folder, 'ada')
  })
  assert.equal(code, 4)
  assert.match(
    stderr,
    /journal.ndjson:2 .*the proof that ada was there is not valid: the signature is not of this text/,
  )
  const renamed = await verifyCopy(cast, run, async (folder) => {
    rechain(folder, (lines) =>
      lines.map((line) => (line['event'] === 'identity-proved' ? { ...line, key: 'SHA256:anything' } : line)),
    )
    await resign(cast, folder, 'ada')
  })
  assert.equal(renamed.code, 4)
  assert.match(renamed.stderr, /journal.ndjson:2 .*SHA256:anything is not the key that made the signature/)
})

void test(
  'a journal that need not be signed is not; --signed, --sign and a policy change that',
  { skip },
  async (t) => {
    const cast = makeCast(t)
    const { project, env, keys } = cast
    const plain = await runOnce(cast, ['--env', 'plain'])
    const verified = await project.cli(['verify', plain])
    assert.equal(verified.code, 0)
    assert.match(verified.stdout, /Nobody has signed this journal/)
    assert.equal((await project.cli(['verify', plain, '--signed'])).code, 4)
    const asked = await runOnce(cast, ['--env', 'plain', '--sign', keys.file('ada')])
    assert.match((await project.cli(['verify', asked, '--signed'])).stdout, /Signed by ada/)

    const kept = await runOnce(cast, ['--env', 'kept'], { DRILLBOOK_KEY: '' })
    const unsigned = await project.cli(['verify', kept])
    assert.equal(unsigned.code, 4, 'the policy signs journals, and no key was at hand')
    assert.equal((await project.cli(['sign', kept], { env: { ...env, DRILLBOOK_OPERATOR: 'bob' } })).code, 3)
    assert.equal((await project.cli(['sign', kept, '--key', keys.file('bob')], { env })).code, 3)
    const signed = await project.cli(['sign', kept], { env })
    assert.equal(signed.code, 0, signed.stderr)
    assert.match((await project.cli(['verify', kept])).stdout, /Signed by ada/)
  },
)

void test('a run that could not be signed is told, and is what it was', { skip }, async (t) => {
  const { project, env } = makeCast(t)
  const { code, stderr } = await project.run('change', ['--env', 'kept'], {
    env: { ...env, DRILLBOOK_KEY: '' },
  })
  assert.equal(code, 0)
  assert.match(stderr, /NOT SIGNED: none of the keys of ada is at hand/)
  assert.match(stderr, /npx drillbook sign /)
})

type Started = Extract<EventBody, { event: 'run-started' }>

const VALUES: ApprovalValues = {
  inputs: { host: 'staging', password: null },
  outputs: { position: 7 },
  targets: {
    'shop.db': 'kind postgres, host db.staging, port 5432, database shop, user dr, region west',
    'shop.edge': 'kind edge, url https://shop.staging, admin https://shop.staging/admin',
  },
}

/** A journal as a run with approvals leaves it, written line by line. */
class Written {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'drillbook-journal-'))
  readonly request: ApprovalRequest = {
    run: 'r-1',
    runbook: 'failover',
    step: 'fence',
    attempt: 1,
    action: 'run',
    digest: 'ab'.repeat(32),
    values: valuesHash(VALUES),
    environment: 'production',
    requester: 'ada',
    issuedAt: '2026-11-21T01:00:00Z',
    expiresAt: '2026-11-21T01:15:00Z',
  }
  now = Date.parse('2026-11-21T01:00:00Z')
  readonly #journal: Journal

  constructor(t: TestContext, started: Partial<Started> = {}) {
    t.after(() => rmSync(this.folder, { recursive: true, force: true }))
    mkdirSync(this.folder, { recursive: true })
    const head = { digest: this.request.digest, operator: 'ada', environment: 'production' }
    const clock = { now: () => (this.now += 1000), monotonic: () => this.now }
    this.#journal = new Journal([journalFile(this.folder)], head, START, clock)
    this.add({
      event: 'run-started',
      run: 'r-1',
      runbook: 'failover',
      title: '',
      service: 'shop',
      mode: 'interactive',
      lab: null,
      host: 'h',
      pid: 1,
      boot: 'b',
      versions: {},
      inputs: { password: null, host: 'staging' },
      objective: null,
      targets: {
        'shop.edge': { kind: 'edge', address: 'https://shop.staging' },
        'shop.db': { kind: 'postgres', address: 'db.staging:5432/shop', region: 'west' },
      },
      sources: [],
      ...started,
    })
    this.outputs({ position: 7 })
  }

  outputs(outputs: Record<string, number>): void {
    this.add({ event: 'step-finished', step: 'look', result: 'done', reason: '', durationMs: 1, outputs })
  }

  add(body: EventBody): void {
    this.#journal.append(body)
  }

  requested(request = this.request, needed = 1, values = VALUES): void {
    const text = JSON.stringify({ request, values })
    mkdirSync(path.join(this.folder, 'approvals'), { recursive: true })
    writeFileSync(path.join(this.folder, 'approvals/1.json'), text)
    const sha256 = createHash('sha256').update(text).digest('hex')
    const file = 'approvals/1.json'
    this.add({ event: 'approval-requested', step: 'fence', number: 1, needed, request, file, sha256 })
  }

  async given(
    keys: Keys,
    approver: string,
    { key = approver, request = this.request, told = '' } = {},
  ): Promise<void> {
    const signature = await sign(approvalStatement(request), 'approval', { file: keys.file(key) })
    const { expiresAt } = this.request
    this.add({
      event: 'approval-given',
      step: 'fence',
      number: 1,
      approver,
      key: told === '' ? fingerprint(keys.publicKey(key)) : told,
      signature,
      expiresAt,
      waitedMs: 1,
    })
  }

  begun(): void {
    this.add({ event: 'step-started', step: 'fence', attempt: 1 })
  }
}

const OTHER_VALUES = /inputs, outputs or targets that approval was asked for are not those of this run/

async function approved(journal: Written, keys: Keys): Promise<void> {
  journal.requested()
  await journal.given(keys, 'bob')
  journal.begun()
}

const journals: {
  title: string
  started?: Partial<Started>
  write: (journal: Written, keys: Keys) => Promise<void>
  finding: RegExp | undefined
}[] = [
  {
    title: 'asked, approved, begun',
    write: approved,
    finding: undefined,
  },
  {
    title: 'begun without an answer',
    write: async (journal) => {
      journal.requested()
      journal.begun()
    },
    finding: /fence was begun with 0 of 1 approvals/,
  },
  {
    title: 'begun with one of two, given twice',
    write: async (journal, keys) => {
      journal.requested(journal.request, 2)
      await journal.given(keys, 'bob')
      await journal.given(keys, 'bob')
      journal.begun()
    },
    finding: /begun with 1 of 2 approvals/,
  },
  {
    title: 'approved by the requester',
    write: async (journal, keys) => {
      journal.requested()
      await journal.given(keys, 'ada')
      journal.begun()
    },
    finding: /ada approved what they had asked for themselves/,
  },
  {
    title: "approved with the requester's key under another name",
    write: async (journal, keys) => {
      journal.requested()
      await journal.given(keys, 'phone', { key: 'ada' })
      journal.begun()
    },
    finding: /ada approved what they had asked for themselves/,
  },
  {
    title: 'approved by a key that is not the one of its name',
    write: async (journal, keys) => {
      journal.requested()
      await journal.given(keys, 'bob', { key: 'mallory' })
    },
    finding: /approval of bob is not valid: the key that signed is not one of bob/,
  },
  {
    title: 'a signature that was given to something else',
    write: async (journal, keys) => {
      journal.requested()
      await journal.given(keys, 'bob', { request: { ...journal.request, run: 'r-0' } })
    },
    finding: /approval of bob is not valid: the signature is not of this text/,
  },
  {
    title: 'approved after it had expired',
    write: async (journal, keys) => {
      journal.requested()
      journal.now += 15 * 60_000
      await journal.given(keys, 'bob')
    },
    finding: /came after the request had expired/,
  },
  {
    title: 'begun after it had expired',
    write: async (journal, keys) => {
      journal.requested()
      await journal.given(keys, 'bob')
      journal.now += 16 * 60_000
      journal.begun()
    },
    finding: /begun after its approval had expired/,
  },
  {
    title: 'approved by somebody without the role',
    write: async (journal, keys) => {
      journal.requested()
      await journal.given(keys, 'eve')
      journal.begun()
    },
    finding: /^eve lacks the role\nfence was begun with 0 of 1 approvals$/,
  },
  {
    title: 'a request of another run',
    write: async (journal) => journal.requested({ ...journal.request, run: 'r-0' }),
    finding: /request for approval is not about this run/,
  },
  {
    title: 'a request of another runbook',
    write: async (journal) => journal.requested({ ...journal.request, runbook: 'another' }),
    finding: /request for approval is not about this run/,
  },
  {
    title: 'the run has another input',
    started: { inputs: { host: 'PRODUCTION', password: null } },
    write: approved,
    finding: OTHER_VALUES,
  },
  {
    title: 'the run has an input more',
    started: { inputs: { host: 'staging', password: null, force: true } },
    write: approved,
    finding: OTHER_VALUES,
  },
  {
    title: 'a target of the run is elsewhere',
    started: {
      targets: {
        'shop.db': { kind: 'postgres', address: 'db.production:5432/shop' },
        'shop.edge': { kind: 'edge', address: 'https://shop.staging' },
      },
    },
    write: approved,
    finding: OTHER_VALUES,
  },
  {
    title: 'the run had another output when it was asked',
    write: async (journal, keys) => {
      journal.outputs({ position: 8 })
      await approved(journal, keys)
    },
    finding: OTHER_VALUES,
  },
  {
    title: 'the run had another output when the step was begun',
    write: async (journal, keys) => {
      journal.requested()
      await journal.given(keys, 'bob')
      journal.outputs({ position: 8 })
      journal.begun()
    },
    finding: /^fence was begun with other inputs, outputs or targets than were approved$/,
  },
  {
    title: 'the request file holds other values than were signed',
    started: { inputs: { host: 'PRODUCTION', password: null } },
    write: async (journal, keys) => {
      journal.requested(journal.request, 1, { ...VALUES, inputs: { host: 'PRODUCTION', password: null } })
      await journal.given(keys, 'bob')
    },
    finding: OTHER_VALUES,
  },
  {
    title: 'the request file was changed',
    write: async (journal, keys) => {
      journal.requested()
      appendFileSync(path.join(journal.folder, 'approvals/1.json'), ' ')
      await journal.given(keys, 'bob')
    },
    finding: /^approvals\/1.json is not the request that was recorded: it was changed$/,
  },
  {
    title: 'the request file is gone',
    write: async (journal, keys) => {
      journal.requested()
      rmSync(path.join(journal.folder, 'approvals/1.json'))
      await journal.given(keys, 'bob')
    },
    finding:
      /^approvals\/1.json is missing: whether this run has the values that were approved cannot be told$/,
  },
  {
    title: 'the journal tells another key than the one that signed',
    write: async (journal, keys) => {
      journal.requested()
      await journal.given(keys, 'bob', { told: 'SHA256:anything' })
    },
    finding: /^SHA256:anything is not the key that made the signature$/,
  },
  {
    title: 'an input that came with an accepted version of the runbook, and a target that came since',
    started: {
      inputs: { password: null },
      targets: { 'shop.db': { kind: 'postgres', address: 'db.staging:5432/shop' } },
    },
    write: async (journal, keys) => {
      journal.add({ event: 'run-resumed', host: 'h', pid: 2, boot: 'b', after: 'paused' })
      const { digest } = journal.request
      journal.add({ event: 'runbook-accepted', from: digest, to: digest, sources: [] })
      await approved(journal, keys)
    },
    finding: undefined,
  },
  {
    title: 'an answer to nothing',
    write: async (journal, keys) => await journal.given(keys, 'bob'),
    finding: /an approval without its request/,
  },
]

for (const { title, started, write, finding } of journals)
  void test(`approvals in a journal: ${title}`, { skip }, async (t) => {
    const keys = new Keys(t, ['ada', 'bob', 'eve', 'mallory'])
    const people = {
      eve: { sshKeys: [keys.publicKey('eve')] },
      ada: { sshKeys: [keys.publicKey('ada')] },
      bob: { sshKeys: [keys.publicKey('bob')] },
      phone: { sshKeys: [keys.publicKey('ada')] },
    }
    const allowed = allowedSigners(people)
    const journal = new Written(t, started)
    await write(journal, keys)
    const tools = {
      verify: ({ person, ...claim }: Parameters<Parameters<typeof verifySignatures>[1]['verify']>[0]) =>
        verify({ ...claim, principal: person, allowedSigners: allowed }),
      principals: (signature: string) => findPrincipals(signature, allowed),
      barred: (approver: string) => (approver === 'eve' ? 'eve lacks the role' : undefined),
    }
    const { problems } = await verifySignatures(journal.folder, tools, { required: false })
    const messages = problems.map(({ message }) => message).join('\n')
    if (finding === undefined) assert.equal(messages, '')
    else assert.match(messages, finding)
  })
