import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { Secrets } from '../../src/host/secrets.ts'
import type { SecretSource } from '../../src/model/environment.ts'
import { processesWith } from '../helpers/processes.ts'

const VALUE = 'tr0ub4dor-and-3'
// Not in the command itself, which messages repeat.
process.env['VALUE'] = VALUE
process.env['DRILLBOOK_TEST_OF'] = 'secrets'
const folder = mkdtempSync(path.join(tmpdir(), 'drillbook-secrets-'))
after(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string | Buffer, mode = 0o600): string {
  const place = path.join(folder, name)
  writeFileSync(place, content)
  chmodSync(place, mode)
  return place
}

class Missing extends Error {}

/** What was read; what was not is thrown, as a person is told. */
async function readSecrets(
  sources: Record<string, SecretSource>,
  commandTimeoutMs?: number,
): Promise<Record<string, string>> {
  const secrets = new Secrets(sources, commandTimeoutMs)
  const missing = (await secrets.look()).filter(({ level }) => level !== 'ok')
  if (missing.length === 0) return secrets.values
  throw new Missing(
    missing.map(({ subject, detail, hint }) => `${subject} ${detail}\n  ${hint ?? ''}`).join('\n'),
  )
}

async function readFile(place: string): Promise<string> {
  return (await readSecrets({ it: { file: place } }))['it'] ?? ''
}

async function run(script: string): Promise<string> {
  return (await readSecrets({ it: { command: ['bash', '-c', script] } }, 1000))['it'] ?? ''
}

/** Refused with these words, and without the value. */
async function refused(reading: Promise<unknown>, words: RegExp): Promise<void> {
  await assert.rejects(reading, (error: unknown) => {
    assert.ok(error instanceof Missing)
    assert.match(error.message, words)
    assert.ok(!error.message.includes(VALUE), error.message)
    return true
  })
}

void test('from the environment', async () => {
  process.env['DRILLBOOK_TEST_SECRET'] = VALUE
  assert.deepEqual(await readSecrets({ it: { env: 'DRILLBOOK_TEST_SECRET' } }), { it: VALUE })
  process.env['DRILLBOOK_TEST_SECRET'] = ''
  await refused(
    readSecrets({ it: { env: 'DRILLBOOK_TEST_SECRET' } }),
    /variable DRILLBOOK_TEST_SECRET is empty/,
  )
  delete process.env['DRILLBOOK_TEST_SECRET']
  await refused(
    readSecrets({ it: { env: 'DRILLBOOK_TEST_SECRET' } }),
    /is not set\n +export DRILLBOOK_TEST_SECRET=/,
  )
})

void test('from a file that its owner alone may read', async () => {
  assert.equal(await readFile(file('plain', VALUE)), VALUE)
  assert.equal(await readFile(file('read-only', VALUE, 0o400)), VALUE)
  for (const mode of [0o640, 0o604, 0o644, 0o660, 0o601, 0o777])
    await refused(readFile(file('open', VALUE, mode)), /can be read by others: expected mode 0600/)
})

void test('line breaks at the end are not part of it, anything else is', async () => {
  assert.equal(await readFile(file('lf', `${VALUE}\n`)), VALUE)
  assert.equal(await readFile(file('crlf', `${VALUE}\r\n`)), VALUE)
  assert.equal(await readFile(file('spaces', `  ${VALUE} \n`)), `  ${VALUE} `)
  assert.equal(await readFile(file('lines', `one line\n${VALUE}\n\n`)), `one line\n${VALUE}`)
  assert.equal(await run('echo "$VALUE"'), VALUE)
  assert.equal(await run('printf "%s " "$VALUE"'), `${VALUE} `)
})

void test('a link is as good as what it leads to', async () => {
  const link = path.join(folder, 'link')
  symlinkSync(file('target', VALUE), link)
  assert.equal(await readFile(link), VALUE)
  chmodSync(path.join(folder, 'target'), 0o644)
  await refused(readFile(link), /link can be read by others/)
  rmSync(path.join(folder, 'target'))
  await refused(readFile(link), /ENOENT.*link/)
})

void test('what is no secret is refused', async () => {
  execFileSync('bash', ['-c', 'mkfifo -m 600 "$0"', path.join(folder, 'pipe')])
  await refused(readFile(path.join(folder, 'pipe')), /pipe is not a file/)
  await refused(readFile(folder), /is not a file/)
  await refused(readFile(path.join(folder, 'none')), /ENOENT/)
  await refused(readFile(file('empty', '\n\n')), /empty is empty/)
  await refused(
    readFile(file('short', 'abc\n')),
    /has less than 4 characters: it could not be kept out of the output/,
  )
  await refused(readFile(file('binary', Buffer.from([0xff, 0xfe, 0x00, 0x41]))), /is not UTF-8 text/)
  await refused(readFile(file('nul', `${VALUE}\0more`)), /holds a NUL character/)
  await refused(readFile(file('large', VALUE.repeat(100_000))), /has 1\.\d MB: that is no secret/)
})

void test('from a command, whose words are never repeated', async () => {
  assert.equal(await run(`printf '%s' "$VALUE"; echo $VALUE >&2`), VALUE)
  await refused(run(`echo $VALUE; echo $VALUE >&2; exit 3`), /bash ended with exit code 3/)
  await refused(run(`echo $VALUE; kill -9 $$`), /bash was ended by SIGKILL/)
  await refused(run('true'), /what bash prints is empty/)
  await refused(run('yes'), /prints more than any secret has/)
  await refused(run(`printf "$VALUE\\377"`), /is not UTF-8 text/)
  const missing = readSecrets({ it: { command: ['drillbook-no-such-program', 'read'] } })
  await refused(
    missing,
    /drillbook-no-such-program could not be started \(ENOENT\)\n +Try it by hand: drillbook-no-such-program read/,
  )
})

void test('a command that hangs is ended with all it started', async () => {
  const started = performance.now()
  await refused(
    run(`echo $VALUE; (trap '' TERM; exec -a drillbook-hanging sleep 60) & sleep 60`),
    /did not answer within 1 s/,
  )
  assert.ok(performance.now() - started < 10_000)
  const left = processesWith('DRILLBOOK_TEST_OF=secrets').filter(({ command }) =>
    command.includes('drillbook-hanging'),
  )
  assert.deepEqual(left, [])
})

void test('a command that leaves something behind that holds its output open does not hold up the run', async () => {
  const started = performance.now()
  assert.equal(await run(`sleep 5 & echo $VALUE`), VALUE)
  assert.ok(performance.now() - started < 4000)
})

void test('everything that is missing is named at once', async () => {
  const sources = {
    one: { env: 'DRILLBOOK_TEST_NOT_SET' },
    two: { file: path.join(folder, 'nowhere') },
    three: { command: ['false'] },
    four: { command: ['echo', VALUE] },
  }
  await assert.rejects(readSecrets(sources), (error: unknown) => {
    assert.ok(error instanceof Missing)
    assert.match(error.message, /secret one .*secret two .*secret three /s)
    assert.ok(!error.message.includes('four'))
    return true
  })
})

void test('what was missing can be looked for again, or typed; what was read is not read twice', async () => {
  const counter = path.join(folder, 'counter')
  const late = path.join(folder, 'late')
  const secrets = new Secrets({
    command: { command: ['bash', '-c', `echo once >> ${counter}; echo $VALUE`] },
    file: { file: late },
    env: { env: 'DRILLBOOK_TEST_NOT_SET' },
  })
  const missing = async (): Promise<string[]> =>
    (await secrets.look()).flatMap(({ level, subject }) => (level === 'ok' ? [] : [subject]))
  assert.deepEqual(await missing(), ['the secret file', 'the secret env'])
  file('late', VALUE)
  assert.deepEqual(await missing(), ['the secret env'])
  assert.match(secrets.give('env', 'abc') ?? '', /less than 4 characters/)
  assert.deepEqual(await missing(), ['the secret env'])
  assert.equal(secrets.give('env', `${VALUE}-typed`), undefined)
  assert.deepEqual(await missing(), [])
  assert.deepEqual(secrets.values, { command: VALUE, file: VALUE, env: `${VALUE}-typed` })
  assert.equal(readFileSync(counter, 'utf8'), 'once\n')
})
