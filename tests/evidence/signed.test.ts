import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { extractText, getDocumentProxy } from 'unpdf'
import { z } from 'zod'
import { repositoryFile } from '../document/temporary-project.ts'
import { Keys, contactsYaml, unless } from '../helpers/keys.ts'
import { makeProject, runbook, step } from '../helpers/project.ts'
import type { Project } from '../helpers/project.ts'

const SOC2 = readFileSync(repositoryFile('docs/plan/frameworks/soc2.yaml'), 'utf8')
const needsKeys = { timeout: 120_000, skip: unless('ssh-keygen') }
const manifest = z.looseObject({
  files: z.array(z.strictObject({ path: z.string(), sha256: z.string(), bytes: z.number() })),
})

/** A project with a run that tester signed, and an incident that was closed. */
async function signedProject(t: TestContext, type = 'ed25519'): Promise<Project> {
  const keys = new Keys(t, ['ada'])
  keys.make('tester', '', type)
  const project = makeProject(t, {
    'runbooks/hello.mdx': runbook(step('hello', 'expect="1s"', ['sh run', 'echo hello'])),
    'docs/plan/contacts.yaml': contactsYaml(keys, {
      ada: { roles: ['dba', 'incident-commander'], key: 'ada' },
      tester: { roles: ['dba'], key: 'tester' },
    }),
    'docs/plan/frameworks/soc2.yaml': SOC2,
  })
  const run = await project.run('hello', ['--sign', keys.file('tester')])
  assert.equal(run.code, 0, run.stderr)
  await project.cli(['incident', 'declare', '--title', 'Fire', '--severity', 'sev1', '--commander', 'ada'])
  assert.equal((await project.cli(['incident', 'close', '--text', 'it is out'])).code, 0)
  return project
}

async function bundleOf(t: TestContext, project: Project, ...more: string[]): Promise<string> {
  const clean = mkdtempSync(path.join(tmpdir(), 'drillbook-bundle-'))
  t.after(() => rmSync(clean, { recursive: true, force: true }))
  const bundle = path.join(clean, 'bundle')
  const period = ['--from', '2026-01-01', '--to', '2099-12-31']
  const made = await project.cli(['evidence', '--framework', 'soc2', ...period, '--out', bundle, ...more])
  assert.equal(made.code, 0, made.stderr)
  return bundle
}

/** Only what the bundle holds and node: no ssh-keygen, no module of the project, no folder of it. */
function verify(bundle: string, PATH = ''): { code: number | null; text: string } {
  const ended = spawnSync(process.execPath, ['verify.mjs'], { cwd: bundle, encoding: 'utf8', env: { PATH } })
  return { code: ended.status, text: ended.stdout + ended.stderr }
}

function runFolder(bundle: string): string {
  return path.join(bundle, 'runs', readdirSync(path.join(bundle, 'runs'))[0] ?? '')
}

/** The verdict on a copy in which one byte is another. `forged`: whoever changed it made the manifest fit. */
function flipped(
  bundle: string,
  file: string,
  { forged, at = 0.5 }: { forged: boolean; at?: number },
): { code: number | null; text: string } {
  const copy = `${bundle}-copy`
  rmSync(copy, { recursive: true, force: true })
  cpSync(bundle, copy, { recursive: true })
  const place = path.join(copy, path.relative(bundle, file))
  const bytes = readFileSync(place)
  const index = Math.floor(bytes.length * at)
  bytes[index] = (bytes[index] ?? 0) ^ 1
  writeFileSync(place, bytes)
  if (forged) forgeManifest(copy)
  return verify(copy)
}

/** `added`: files that it names as well. */
function forgeManifest(bundle: string, ...added: string[]): void {
  const file = path.join(bundle, 'manifest.json')
  const known = manifest.parse(JSON.parse(readFileSync(file, 'utf8')))
  const files = [...known.files.map((one) => one.path), ...added].map((name) => {
    const bytes = readFileSync(path.join(bundle, name))
    return { path: name, sha256: sha256(bytes), bytes: bytes.length }
  })
  const text = `${JSON.stringify({ ...known, files }, undefined, 2)}\n`
  writeFileSync(file, text)
  writeFileSync(path.join(bundle, 'manifest.sha256'), `${sha256(text)}  manifest.json\n`)
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

void test(
  'a signed run and a closed incident are verified by node alone, in a folder of their own',
  needsKeys,
  async (t) => {
    const project = await signedProject(t)
    const bundle = await bundleOf(t, project, '--no-pdf')
    rmSync(project.root, { recursive: true })
    for (const PATH of ['', process.env['PATH']]) {
      const { code, text } = verify(bundle, PATH)
      assert.equal(code, 0, text)
      assert.match(text, /runs\/\S+: signed by tester/)
      assert.match(text, /OK: \d+ files, unchanged/)
    }
  },
)

void test(
  'a signature by a key of another kind is checked where ssh-keygen is, and said to be unchecked elsewhere',
  needsKeys,
  async (t) => {
    const bundle = await bundleOf(t, await signedProject(t, 'rsa'), '--no-pdf')
    const alone = verify(bundle)
    assert.equal(alone.code, 0, alone.text)
    assert.match(alone.text, /ssh-keygen is not installed here, so the signature was not checked/)
    const { code, text } = verify(bundle, process.env['PATH'])
    assert.equal(code, 0, text)
    assert.match(text, /signed by tester/)
  },
)

void test('one flipped byte is found in signature, journal and manifest', needsKeys, async (t) => {
  const project = await signedProject(t)
  const bundle = await bundleOf(t, project, '--no-pdf')
  const run = runFolder(bundle)
  for (const file of [
    path.join(run, 'seal.sig'),
    path.join(run, 'journal.ndjson'),
    path.join(bundle, 'manifest.json'),
  ]) {
    const { code, text } = flipped(bundle, file, { forged: false })
    assert.equal(code, 1, `${file}\n${text}`)
    assert.match(text, /CHANGED: \d+ findings/)
    assert.ok(text.includes(path.relative(bundle, file)), text)
  }
})

void test('a manifest that was made to fit hides no flipped byte of a signed run', needsKeys, async (t) => {
  const project = await signedProject(t)
  const bundle = await bundleOf(t, project, '--no-pdf')
  const run = runFolder(bundle)
  const signature = path.join(run, 'seal.sig')
  for (const at of [0.3, 0.5, 0.75]) {
    const { code, text } = flipped(bundle, signature, { forged: true, at })
    assert.equal(code, 1, text)
    assert.match(text, /seal\.sig {2}(is not a valid signature|cannot be checked)/)
  }
  assert.equal(flipped(bundle, path.join(run, 'journal.ndjson'), { forged: true }).code, 1)
  const incident = path.join(bundle, 'incidents', readdirSync(path.join(bundle, 'incidents'))[0] ?? '')
  assert.equal(flipped(bundle, path.join(incident, 'journal.ndjson'), { forged: true, at: 0.99 }).code, 1)
})

void test('a file that was added to a sealed run is found, also with a manifest that fits', async (t) => {
  const project = makeProject(t, {
    'runbooks/hello.mdx': runbook(step('hello', 'expect="1s"', ['sh run', 'echo hello'])),
    'docs/plan/frameworks/soc2.yaml': SOC2,
  })
  await project.run('hello')
  const bundle = await bundleOf(t, project, '--no-pdf')
  const run = path.relative(bundle, runFolder(bundle))
  for (const name of ['output/more.1.log', 'inform/letter.md', 'approvals/9.json', 'another.cast']) {
    const added = path.join(run, name)
    mkdirSync(path.dirname(path.join(bundle, added)), { recursive: true })
    writeFileSync(path.join(bundle, added), 'it was all well')
    forgeManifest(bundle, added)
    const { code, text } = verify(bundle)
    assert.equal(code, 1, name)
    assert.ok(text.includes(`${added}  is not named by the seal of its journal`), text)
  }
})

void test('a manifest that names a device is a finding, and not read', async (t) => {
  const project = makeProject(t, {
    'runbooks/hello.mdx': runbook(step('hello', 'expect="1s"', ['sh run', 'echo hello'])),
    'docs/plan/frameworks/soc2.yaml': SOC2,
  })
  const bundle = await bundleOf(t, project, '--no-pdf')
  const file = path.join(bundle, 'manifest.json')
  const known = manifest.parse(JSON.parse(readFileSync(file, 'utf8')))
  const device = { path: path.relative(bundle, '/dev/zero'), sha256: sha256(''), bytes: 0 }
  writeFileSync(file, JSON.stringify({ ...known, files: [...known.files, device] }))
  const { code, text } = verify(bundle)
  assert.equal(code, 1)
  assert.ok(text.includes(`${device.path}  is missing`), text)
})

void test('a signature of someone else is found, also with a manifest that fits', needsKeys, async (t) => {
  const project = await signedProject(t)
  const bundle = await bundleOf(t, project, '--no-pdf')
  const signers = path.join(bundle, 'allowed_signers')
  const others = readFileSync(signers, 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('tester '))
  writeFileSync(signers, others.join('\n'))
  forgeManifest(bundle)
  const { code, text } = verify(bundle)
  assert.equal(code, 1, text)
  assert.match(text, /is not a valid signature of an allowed signer/)
})

void test('the printed index names every control', { timeout: 120_000 }, async (t) => {
  const project = makeProject(t, {
    'runbooks/hello.mdx': runbook(step('hello', 'expect="1s"', ['sh run', 'echo hello'])),
    'docs/plan/frameworks/soc2.yaml': SOC2,
  })
  const bundle = await bundleOf(t, project)
  const pdf = new Uint8Array(readFileSync(path.join(bundle, 'index.pdf')))
  const { text } = await extractText(await getDocumentProxy(pdf), { mergePages: true })
  const controls = [...SOC2.matchAll(/- id: "([^"]+)"/g)].map(([, id = '']) => id)
  assert.equal(controls.length, 5)
  for (const id of controls) assert.ok(text.includes(id), `${id} is printed: ${text}`)
  const { code, text: said } = verify(bundle)
  assert.equal(code, 0, said)
})
