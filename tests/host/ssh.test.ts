import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { findPrincipals, keyOf, peopleAtHand, sign, verify, verifyPerson } from '../../src/host/ssh.ts'
import {
  allowedSigners,
  armor,
  ed25519Part,
  fingerprint,
  readSignature,
  rebuilt,
} from '../../src/journal/ssh-signature.ts'
import { NAMESPACES } from '../../src/model/signed.ts'
import { OperatorError } from '../../src/model/problem.ts'
import { Keys, unless } from '../helpers/keys.ts'

const skip = unless('ssh-keygen')

function peopleOf(keys: Keys, ...names: string[]): Record<string, { sshKeys: string[] }> {
  return Object.fromEntries(names.map((name) => [name, { sshKeys: [keys.publicKey(name)] }]))
}

/** Sets variables of this process for one test. */
function setEnvironment(t: TestContext, values: Record<string, string | undefined>): void {
  const before = Object.fromEntries(Object.keys(values).map((name) => [name, process.env[name]]))
  put(values)
  t.after(() => put(before))
}

function put(values: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(values))
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
}

const TEXT = 'what is signed\n'

void test(
  'a signature is accepted for its text, its person and its purpose, and for nothing else',
  { skip },
  async (t) => {
    const keys = new Keys(t, ['ada', 'bob', 'stranger'])
    const people = peopleOf(keys, 'ada', 'bob')
    const signature = await sign(TEXT, 'approval', { file: keys.file('ada') })
    const claim = { text: TEXT, signature, person: 'ada', purpose: 'approval' } as const
    const stranger = await sign(TEXT, 'approval', { file: keys.file('stranger') })
    const rows = [
      { title: 'as it is', claim, reason: undefined },
      { title: 'another text', claim: { ...claim, text: 'what was signed\n' }, reason: /not of this text/ },
      { title: 'another person', claim: { ...claim, person: 'bob' }, reason: /is not one of bob/ },
      {
        title: 'another purpose',
        claim: { ...claim, purpose: 'journal' },
        reason: /not as drillbook-journal@v1/,
      },
      { title: 'a key nobody has', claim: { ...claim, signature: stranger }, reason: /is not one of ada/ },
      {
        title: 'somebody nobody knows',
        claim: { ...claim, person: 'mallory' },
        reason: /is not one of mallory/,
      },
      { title: 'no signature', claim: { ...claim, signature: 'yes, I approve' }, reason: /not a signature/ },
      { title: 'nothing', claim: { ...claim, signature: '' }, reason: /not a signature/ },
      {
        title: 'a cut off one',
        claim: { ...claim, signature: signature.slice(0, 150) },
        reason: /not a signature/,
      },
      {
        title: 'an endless one',
        claim: { ...claim, signature: signature.repeat(1000) },
        reason: /not a signature/,
      },
      {
        title: 'a changed one',
        claim: { ...claim, signature: flipped(signature) },
        reason: /not of this text/,
      },
    ] as const
    for (const { title, claim: given, reason } of rows) {
      const wrong = await verifyPerson(given, people)
      if (reason === undefined) assert.equal(wrong, undefined, title)
      else assert.match(wrong ?? 'accepted', reason, title)
    }
  },
)

/** Another bit in the last byte of the signature proper. */
function flipped(signature: string): string {
  const blob = Buffer.from(readSignature(signature)?.blob ?? '')
  blob.writeUInt8(blob.readUInt8(blob.length - 1) ^ 1, blob.length - 1)
  return armor(blob)
}

void test('a key of contacts.yaml is good for our purposes only', { skip }, async (t) => {
  const keys = new Keys(t, ['ada'])
  const allowed = allowedSigners(peopleOf(keys, 'ada'))
  assert.equal(
    allowed,
    `ada namespaces="${Object.values(NAMESPACES).join(',')}" ${keys.publicKey('ada').split(' ').slice(0, 2).join(' ')}\n`,
  )
  const data = path.join(keys.folder, 'mail')
  writeFileSync(data, TEXT)
  spawnSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', 'git', '-f', keys.file('ada'), data])
  const signature = readFileSync(`${data}.sig`, 'utf8')
  const wrong = await verify({
    text: TEXT,
    signature,
    principal: 'ada',
    allowedSigners: allowed,
    purpose: 'approval',
  })
  assert.equal(wrong, 'it was signed as "git", not as drillbook-approval@v1')
})

void test(
  'whose key it was is found; the 64 bytes that count rebuild the whole signature',
  { skip },
  async (t) => {
    const keys = new Keys(t, ['ada', 'bob'])
    const allowed = allowedSigners(peopleOf(keys, 'ada', 'bob'))
    const signature = await sign(TEXT, 'journal', { file: keys.file('bob') })
    assert.deepEqual(await findPrincipals(signature, allowed), ['bob'])
    assert.deepEqual(await findPrincipals('garbage', allowed), [])
    const read = readSignature(signature)
    assert.ok(read)
    const listed = spawnSync('ssh-keygen', ['-lf', `${keys.file('bob')}.pub`], { encoding: 'utf8' }).stdout
    assert.equal(fingerprint(read.key), listed.split(' ')[1])
    const part = ed25519Part(read)
    assert.equal(part?.length, 64)
    assert.equal(armor(rebuilt(keys.publicKey('bob'), NAMESPACES.journal, part)), signature)
  },
)

void test('a missing ssh-keygen is named as what is missing', async (t) => {
  setEnvironment(t, { PATH: '/nowhere' })
  await assert.rejects(
    sign(TEXT, 'journal', { file: '/nowhere/key' }),
    (error: unknown) =>
      error instanceof OperatorError &&
      error.exit === 'refused' &&
      error.message.startsWith('ssh-keygen is not on the PATH'),
  )
})

void test('a key that cannot be used is refused with what ssh-keygen says', { skip }, async (t) => {
  const keys = new Keys(t, [])
  await assert.rejects(
    sign(TEXT, 'journal', { file: keys.file('none') }),
    /did not sign with .*none: .*No such file/,
  )
})

void test('a passphrase is asked for by ssh-keygen itself: here by ssh-askpass', { skip }, async (t) => {
  const keys = new Keys(t, [])
  keys.make('ada', 'correct horse')
  const askpass = path.join(keys.folder, 'askpass')
  writeFileSync(askpass, '#!/bin/sh\necho "correct horse"\n')
  chmodSync(askpass, 0o700)
  setEnvironment(t, { SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force' })
  const signature = await sign(TEXT, 'identity', { file: keys.file('ada') })
  const claim = { text: TEXT, signature, person: 'ada', purpose: 'identity' } as const
  assert.equal(await verifyPerson(claim, peopleOf(keys, 'ada')), undefined)
})

void test(
  'the key is found in the agent, then in ~/.ssh, and has to be one of the person',
  { skip },
  async (t) => {
    const keys = new Keys(t, ['ada', 'bob', 'eve'])
    const people = peopleOf(keys, 'ada', 'bob', 'eve')
    const socket = path.join(keys.folder, 'agent')
    const started = spawnSync('ssh-agent', ['-a', socket], { encoding: 'utf8' })
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(started.stdout)?.[1])
    t.after(() => process.kill(pid))
    const home = path.join(keys.folder, 'home')
    mkdirSync(path.join(home, '.ssh'), { recursive: true })
    setEnvironment(t, { SSH_AUTH_SOCK: socket, HOME: home })
    assert.equal(spawnSync('ssh-add', ['-q', keys.file('ada')], { env: process.env }).status, 0)
    for (const ending of ['', '.pub'])
      writeFileSync(path.join(home, '.ssh', `id_ed25519${ending}`), readFileSync(keys.file(`bob${ending}`)), {
        mode: 0o600,
      })

    const key = await keyOf('ada', people, undefined)
    assert.ok('agent' in key)
    const signature = await sign(TEXT, 'approval', key)
    assert.equal(
      await verifyPerson({ text: TEXT, signature, person: 'ada', purpose: 'approval' }, people),
      undefined,
    )
    assert.deepEqual(await keyOf('bob', people, undefined), { file: path.join(home, '.ssh', 'id_ed25519') })
    assert.deepEqual(await keyOf('eve', people, '/media/stick/key'), { file: '/media/stick/key' })
    await assert.rejects(keyOf('eve', people, undefined), /none of the keys of eve is at hand/)
    await assert.rejects(keyOf('mallory', people, undefined), /mallory has no SSH key/)
    assert.deepEqual(await peopleAtHand(people, undefined), ['ada', 'bob'])
    assert.deepEqual(await peopleAtHand(people, keys.file('eve')), ['eve'])
  },
)

void test(
  'its files are in a folder of mode 0700, readable by the owner alone, and gone afterwards',
  { skip },
  async (t) => {
    const keys = new Keys(t, ['ada'])
    const [bin, scratch] = [path.join(keys.folder, 'bin'), path.join(keys.folder, 'scratch')]
    for (const folder of [bin, scratch]) mkdirSync(folder)
    const log = path.join(keys.folder, 'log')
    const real = spawnSync('sh', ['-c', 'command -v ssh-keygen'], { encoding: 'utf8' }).stdout.trim()
    writeFileSync(
      path.join(bin, 'ssh-keygen'),
      `#!/bin/sh\nfor f in "$TMPDIR"/* "$TMPDIR"/*/*; do stat -c '%a' "$f"; done >> ${log}\nexec ${real} "$@"\n`,
      { mode: 0o700 },
    )
    setEnvironment(t, { PATH: `${bin}:${process.env['PATH'] ?? ''}`, TMPDIR: scratch })
    const signature = await sign(TEXT, 'approval', { file: keys.file('ada') })
    await verifyPerson({ text: TEXT, signature, person: 'ada', purpose: 'approval' }, peopleOf(keys, 'ada'))
    const modes = new Set(readFileSync(log, 'utf8').trim().split('\n'))
    assert.deepEqual([...modes].sort(), ['600', '700'])
    assert.deepEqual(readdirSync(scratch), [])
  },
)
