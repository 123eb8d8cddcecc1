import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Plan } from '../../document/plan.ts'
import { sha256 } from '../../document/project-files.ts'
import { incidentsFolder } from '../../journal/incident-directory.ts'
import { makeFolder } from '../../journal/make-folder.ts'
import { sealPath } from '../../journal/seal.ts'
import { allowedSigners } from '../../journal/ssh-signature.ts'
import { OperatorError } from '../../model/problem.ts'
import type { EvidenceInput } from '../../reports/evidence/records.ts'
import type { PopulationRow } from '../../reports/evidence/population.ts'
import { indexPage } from '../../reports/evidence/index-page.ts'
import type { IndexData } from '../../reports/evidence/index-page.ts'
import { zipOf } from '../../site/pack/archive.ts'
import { filesBelow } from './gather.ts'

export type Bundle = Map<string, Uint8Array>

/** What goes in: the index, what it was computed from, and the verifier. */
export function bundleFiles(
  root: string,
  runs: string,
  plan: Plan,
  input: EvidenceInput,
  data: IndexData,
  frameworkId: string,
): Bundle {
  const files: Bundle = new Map()
  const put = (name: string, content: string | Uint8Array): unknown =>
    files.set(name, typeof content === 'string' ? Buffer.from(content) : content)
  put('index.html', indexPage(data))
  put('verify.mjs', readFileSync(path.join(import.meta.dirname, 'verify.mjs')))
  put('controls.json', json(data.coverage))
  put('population.json', json(data.population))
  put('records.json', json(data.records))
  put('allowed_signers', allowedSigners(plan.contacts.people))
  const folders = ['docs/plan', 'runbooks', 'docs/postmortems', 'docs/exercises/reports']
  for (const folder of folders)
    for (const { name, bytes } of filesBelow(path.join(root, folder))) put(`${folder}/${name}`, bytes())
  put('framework.yaml', readFileSync(path.join(root, `docs/plan/frameworks/${frameworkId}.yaml`)))
  for (const { run, published } of data.population)
    if (published) put(`docs/drills/${run}.json`, readFileSync(path.join(root, `docs/drills/${run}.json`)))
  for (const id of runsOf(data.population, input, data.records))
    putRun(path.join(runs, id), `runs/${id}`, put)
  for (const { id, file } of input.incidents)
    if (data.records.some((record) => record.file === file))
      putRun(path.join(incidentsFolder(runs), id), `incidents/${id}`, put)
  return files
}

/** The runs of the period: every drill, and every run that a record is taken from. */
function runsOf(
  population: readonly PopulationRow[],
  { journals }: EvidenceInput,
  records: IndexData['records'],
): Set<string> {
  const cited = new Set(records.map(({ file }) => file))
  const drilled = new Set(population.map(({ run }) => run))
  return new Set(journals.filter(({ id, file }) => drilled.has(id) || cited.has(file)).map(({ id }) => id))
}

/** How a run was supervised: no seal names it, and it is needed no more when there is one. */
const SUPERVISION = new Set(['supervisor.log', 'supervision.ndjson'])

/** A run with everything that its seal names; one that is not sealed with everything that it has. */
function putRun(folder: string, place: string, put: (name: string, content: Uint8Array) => unknown): void {
  const sealed = existsSync(sealPath(folder))
  for (const { name, bytes } of filesBelow(folder))
    if (!name.endsWith('.lock') && !(sealed && SUPERVISION.has(name))) put(`${place}/${name}`, bytes())
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

/** Names every file with its hash, and the manifest itself with its own. */
export function addManifest(files: Bundle, about: Record<string, unknown>): void {
  const listed = [...files]
    .map(([name, bytes]) => ({ path: name, sha256: sha256(bytes), bytes: bytes.length }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const manifest = Buffer.from(json({ v: 1, ...about, files: listed }))
  files.set('manifest.json', manifest)
  files.set('manifest.sha256', Buffer.from(`${sha256(manifest)}  manifest.json\n`))
}

/** The folder and its zip, whole or not at all, and private as the runs in it are. What is there already is not written over. */
export function writeBundle(files: Bundle, out: string, at: Date): { folder: string; zip: string } {
  const zip = `${out}.zip`
  for (const file of [out, zip])
    if (existsSync(file))
      throw new OperatorError('usage', {
        file,
        message: 'is there already: evidence is not written over',
        hint: '--out DIR names another place.',
      })
  const draft = `${out}.${process.pid}.new`
  try {
    makeFolder(draft)
    for (const [name, bytes] of files) {
      mkdirSync(path.dirname(path.join(draft, name)), { recursive: true, mode: 0o700 })
      writeFileSync(path.join(draft, name), bytes, { mode: 0o600 })
    }
    writeFileSync(`${draft}.zip`, zipOf(files, path.basename(out), at), { mode: 0o600 })
    renameSync(`${draft}.zip`, zip)
    renameSync(draft, out)
  } finally {
    rmSync(draft, { recursive: true, force: true })
    rmSync(`${draft}.zip`, { force: true })
  }
  return { folder: out, zip }
}
