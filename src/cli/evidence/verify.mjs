// Checks this bundle with nothing but Node: every file against the manifest, every journal's hash chain and seal, and, where
// ssh-keygen is installed, every signature of a journal. Run it in the folder of the bundle:  node verify.mjs
// Whoever doubts this file itself compares its SHA-256 with the one that was printed when the bundle was made.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const root = path.resolve(process.argv[2] ?? import.meta.dirname)
const problems = []
const notes = []
const sha256 = (data) => createHash('sha256').update(data).digest('hex')
const read = (file) => readFileSync(path.join(root, file))
const wrong = (file, message) => problems.push(`${file}  ${message}`)

const files = readManifest()
checkFiles(files)
for (const { path: file } of files)
  if (file.endsWith('/journal.ndjson')) attempt(file, () => checkJournal(file))
for (const line of notes) console.log(line)
for (const line of problems) console.error(line)
console.log(
  problems.length === 0 ? `OK: ${files.length} files, unchanged.` : `CHANGED: ${problems.length} findings.`,
)
process.exitCode = problems.length === 0 ? 0 : 1

// A file that was changed may be unreadable in any way: that is a finding, too.
function attempt(file, check) {
  try {
    return check()
  } catch (error) {
    wrong(file, `cannot be checked: ${error.message}`)
    return undefined
  }
}

function readManifest() {
  const named = attempt('manifest.json', () => {
    const bytes = read('manifest.json')
    const expected = read('manifest.sha256').toString('latin1')
    if (expected !== `${sha256(bytes)}  manifest.json\n`)
      wrong('manifest.json', 'is not the one that manifest.sha256 names')
    return JSON.parse(bytes.toString('utf8')).files
  })
  if (Array.isArray(named)) return named
  wrong('manifest.json', 'names no files')
  return []
}

function checkFiles(files) {
  const named = new Set(['manifest.json', 'manifest.sha256'])
  for (const { path: file, sha256: expected, bytes } of files) {
    named.add(file)
    if (!existsSync(path.join(root, file))) wrong(file, 'is missing')
    else if (sha256(read(file)) !== expected || read(file).length !== bytes) wrong(file, 'was changed')
  }
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const file = path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/')
    if (!entry.isDirectory() && !named.has(file)) wrong(file, 'is not in the manifest')
  }
}

// Each line holds the SHA-256 of the line before it.
function checkJournal(file) {
  const lines = read(file).toString('utf8').split('\n')
  if (lines.pop() !== '') notes.push(`${file}: the last line was not finished; it does not count`)
  let prev = '0'.repeat(64)
  for (const [index, line] of lines.entries()) {
    const event = attempt(`${file}:${index + 1}`, () => JSON.parse(line))
    if (event && (event.seq !== index + 1 || event.prev !== prev))
      wrong(`${file}:${index + 1}`, 'does not follow from the line before it')
    prev = sha256(line)
  }
  if (existsSync(path.join(root, path.dirname(file), 'seal.json'))) checkSeal(file, lines, prev)
  else notes.push(`${file}: ${lines.length} lines, chain whole, no seal beside it`)
}

// seal.json names the last line, and the last line the hash of every file of the run.
function checkSeal(file, lines, head) {
  const folder = path.dirname(file)
  const seal = JSON.parse(read(`${folder}/seal.json`).toString('utf8'))
  if (seal.lines !== lines.length || seal.head !== head)
    wrong(file, 'the last line is not the one that was sealed')
  const last = JSON.parse(lines.at(-1) ?? 'null')
  if (last?.event !== 'run-sealed') wrong(file, 'does not end with its seal')
  for (const [name, expected] of Object.entries(last?.files ?? {})) {
    const one = `${folder}/${name}`
    if (!existsSync(path.join(root, one))) wrong(one, 'is missing; the seal of its journal names it')
    else if (sha256(read(one)) !== expected) wrong(one, 'is not the one that the seal of its journal names')
  }
  checkSignature(folder, lines, head)
}

function checkSignature(folder, lines, head) {
  const signature = path.join(root, folder, 'seal.sig')
  if (!existsSync(signature)) return notes.push(`${folder}: sealed, not signed`)
  const run = JSON.parse(lines[0]).run
  const text = `Drillbook journal, version 1\nrun: ${run}\nlines: ${lines.length}\nhead: ${head}\n`
  const allowed = path.join(root, 'allowed_signers')
  const scratch = mkdtempSync(path.join(tmpdir(), 'evidence-'))
  try {
    writeFileSync(path.join(scratch, 'signature'), readFileSync(signature))
    const options = ['-f', allowed, '-n', 'drillbook-journal@v1', '-s', path.join(scratch, 'signature')]
    const found = spawnSync('ssh-keygen', [
      '-Y',
      'find-principals',
      '-f',
      allowed,
      '-s',
      path.join(scratch, 'signature'),
    ])
    if (found.error)
      return notes.push(
        `${folder}: signed; ssh-keygen is not installed here, so the signature was not checked`,
      )
    const signer = found.stdout.toString().split('\n')[0]
    const verified = spawnSync('ssh-keygen', ['-Y', 'verify', '-I', signer, ...options], { input: text })
    if (signer === '' || verified.status !== 0)
      wrong(`${folder}/seal.sig`, 'is not a valid signature of an allowed signer')
    else notes.push(`${folder}: signed by ${signer}`)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
