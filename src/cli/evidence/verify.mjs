// Checks this bundle with nothing but Node: every file against the manifest, every journal's hash chain and seal, and the signature
// of every journal that is signed; one by a key that is not Ed25519 needs ssh-keygen. Run it in the folder of the bundle:
//   node verify.mjs
// Whoever doubts this file itself compares its SHA-256 with the one that was printed when the bundle was made.
import { spawnSync } from 'node:child_process'
import { createHash, createPublicKey, verify } from 'node:crypto'
import { lstatSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const root = path.resolve(process.argv[2] ?? import.meta.dirname)
const NAMESPACE = 'drillbook-journal@v1'
// Once a run is sealed, its seal names whatever lies here.
const COVERED = /^(?:(?:output|inform|sources|approvals)(?:\/|$)|[^/]+\.cast$)/
const problems = []
const notes = []
const sha256 = (data) => createHash('sha256').update(data).digest('hex')
const read = (file) => readFileSync(path.join(root, file))
const wrong = (file, message) => problems.push(`${file}  ${message}`)

const files = readManifest()
checkFiles(files)
for (const { path: file } of files)
  if (file.endsWith('/journal.ndjson') && isOwn(file)) attempt(file, () => checkJournal(file))
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
    if (!isOwn(file)) wrong(file, 'is missing')
    else if (sha256(read(file)) !== expected || read(file).length !== bytes) wrong(file, 'was changed')
  }
  for (const file of filesBelow('.')) if (!named.has(file)) wrong(file, 'is not in the manifest')
}

function filesBelow(folder) {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
}

// A regular file of this bundle: nothing is read through a link or from elsewhere, whatever a manifest or a seal names.
function isOwn(file) {
  const parts = file.split('/')
  if (parts.some((part) => ['', '.', '..'].includes(part))) return false
  try {
    const found = parts.map((_, index) => lstatSync(path.join(root, ...parts.slice(0, index + 1))))
    return found.pop().isFile() && found.every((folder) => folder.isDirectory())
  } catch {
    return false
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
  if (isOwn(`${path.dirname(file)}/seal.json`)) checkSeal(file, lines, prev)
  else notes.push(`${file}: ${lines.length} lines, chain whole, no seal beside it`)
}

// seal.json names the line that was sealed; nothing, or only what may go on after it, follows.
function checkSeal(file, lines, head) {
  const folder = path.dirname(file)
  const seal = JSON.parse(read(`${folder}/seal.json`).toString('utf8'))
  if (JSON.parse(lines[0] ?? 'null')?.event === 'declared') return checkIncidentSeal(file, lines, seal)
  if (seal.lines !== lines.length || seal.head !== head)
    wrong(file, 'the last line is not the one that was sealed')
  checkSealedFiles(file, JSON.parse(lines.at(-1) ?? 'null'))
  return checkSignature(folder, lines, head)
}

// The last line of a run holds the hash of every file that the run left.
function checkSealedFiles(file, last) {
  if (last?.event !== 'run-sealed') wrong(file, 'does not end with its seal')
  const folder = path.dirname(file)
  const named = last?.files ?? {}
  for (const one of filesBelow(folder)) {
    const name = one.slice(folder.length + 1)
    if (COVERED.test(name) && !Object.hasOwn(named, name))
      wrong(one, 'is not named by the seal of its journal')
  }
  for (const [name, expected] of Object.entries(named)) {
    const one = `${folder}/${name}`
    if (!isOwn(one)) wrong(one, 'is missing; the seal of its journal names it')
    else if (sha256(read(one)) !== expected) wrong(one, 'is not the one that the seal of its journal names')
  }
}

// An incident may be reopened, and a message that was on its way may still arrive.
function checkIncidentSeal(file, lines, seal) {
  const sealed = lines[seal.lines - 1]
  if (sealed === undefined || sha256(sealed) !== seal.head)
    return wrong(`${file}:${seal.lines}`, 'is not the line that was sealed, or it was cut off')
  const next = JSON.parse(lines[seal.lines] ?? 'null')?.event
  if (next !== undefined && !['reopened', 'message_sent', 'message_failed'].includes(next))
    wrong(`${file}:${seal.lines + 1}`, `${next} follows the seal`)
  return notes.push(`${path.dirname(file)}: sealed; nobody signs an incident`)
}

function checkSignature(folder, lines, head) {
  const file = `${folder}/seal.sig`
  if (!isOwn(file)) return notes.push(`${folder}: sealed, not signed`)
  const run = JSON.parse(lines[0]).run
  const text = `Drillbook journal, version 1\nrun: ${run}\nlines: ${lines.length}\nhead: ${head}\n`
  return attempt(file, () => tellSigner(folder, signerOf(read(file).toString('latin1'), text)))
}

function tellSigner(folder, signer) {
  if (signer === undefined)
    return wrong(`${folder}/seal.sig`, 'is not a valid signature of an allowed signer')
  if (signer !== null) return notes.push(`${folder}: signed by ${signer}`)
  const why = 'ssh-keygen is not installed here, so the signature was not checked'
  return notes.push(`${folder}: signed; ${why}`)
}

// Who signed the text; undefined: nobody who may; null: it cannot be told here. The form is PROTOCOL.sshsig of OpenSSH.
function signerOf(armored, text) {
  const body = /^-----BEGIN SSH SIGNATURE-----\n([\w+/=\n]+)\n-----END SSH SIGNATURE-----\n$/.exec(armored)
  if (body === null) return undefined
  const blob = Buffer.from(body[1], 'base64')
  if (blob.toString('base64') !== body[1].replaceAll('\n', '')) return undefined
  if (blob.subarray(0, 6).toString('latin1') !== 'SSHSIG' || blob.readUInt32BE(6) !== 1) return undefined
  const [key, namespace, reserved, hash, signature] = fieldsOf(blob.subarray(10))
  const [type, point] = fieldsOf(key)
  if (type.toString('latin1') !== 'ssh-ed25519') return signerBySshKeygen(armored, text)
  const [signedAs, bytes] = fieldsOf(signature)
  if (namespace.toString('latin1') !== NAMESPACE || signedAs.toString('latin1') !== 'ssh-ed25519')
    return undefined
  const digest = createHash(hash.toString('latin1')).update(text).digest()
  const signed = Buffer.concat([Buffer.from('SSHSIG'), ...[namespace, reserved, hash, digest].map(field)])
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: point.toString('base64url') }
  return verify(null, signed, createPublicKey({ key: jwk, format: 'jwk' }), bytes) ? ownerOf(key) : undefined
}

// Lines of allowed_signers: who, the namespaces the key is good for, its type, the key.
function ownerOf(key) {
  const line = read('allowed_signers')
    .toString('utf8')
    .split('\n')
    .map((one) => one.split(' '))
    .find(([, namespaces = '', , known]) => known === key.toString('base64') && isGood(namespaces))
  return line?.[0]
}

function isGood(namespaces) {
  const [, names = ''] = /^namespaces="(.*)"$/.exec(namespaces) ?? []
  return names.split(',').includes(NAMESPACE)
}

// Strings that their length stands before, to the end.
function fieldsOf(bytes) {
  const fields = []
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 + bytes.readUInt32BE(at)
    if (end > bytes.length) throw new Error('it is cut off')
    fields.push(bytes.subarray(at + 4, end))
    at = end
  }
  return fields
}

function field(bytes) {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

function signerBySshKeygen(armored, text) {
  const scratch = mkdtempSync(path.join(tmpdir(), 'evidence-'))
  try {
    const signature = path.join(scratch, 'signature')
    writeFileSync(signature, armored)
    const options = ['-f', path.join(root, 'allowed_signers'), '-s', signature]
    const found = spawnSync('ssh-keygen', ['-Y', 'find-principals', ...options])
    if (found.error) return null
    const signer = found.stdout.toString().split('\n')[0]
    if (signer === '') return undefined
    const who = ['-I', signer, '-n', NAMESPACE]
    const verified = spawnSync('ssh-keygen', ['-Y', 'verify', ...who, ...options], { input: text })
    return verified.status === 0 ? signer : undefined
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
