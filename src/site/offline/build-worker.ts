import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import path from 'node:path'
import { sha256 } from '../../document/project-files.ts'
import type { BuildInfo } from '../content/build-info.ts'

/** What a first visit may cost. What is beyond it is not there offline, and the worker says so. */
const BUDGET_BYTES = 30_000_000
const DAY_MS = 86_400_000
const KEPT = /\.(html|js|css|svg|png|ico|json|ics|vcf)$/

/** Writes `sw.js`: the worker of this folder, with the list of what a copy of this build is made of. */
export function buildWorker(outDir: string, { builtAt, validUntil }: BuildInfo): void {
  const files = copyOf(outDir)
  const version = sha256(files.map((file) => file + sha256(readFileSync(path.join(outDir, file)))).join('\n'))
  const copy = {
    version: version.slice(0, 16),
    builtAt,
    validUntil,
    builtMs: Date.parse(builtAt),
    limitMs: Date.parse(validUntil) + DAY_MS,
    addresses: files.map(addressOf),
  }
  const worker = stripTypeScriptTypes(readFileSync(path.join(import.meta.dirname, 'worker.ts'), 'utf8'))
  writeFileSync(path.join(outDir, 'sw.js'), `const COPY = ${JSON.stringify(copy)}\n${worker}`)
}

/** The files of a copy: what recovers something before what only explains, as far as the budget goes. */
function copyOf(outDir: string): string[] {
  const files = readdirSync(outDir, { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => KEPT.test(file) && file !== 'sw.js')
    .toSorted((a, b) => Number(isExplanation(a)) - Number(isExplanation(b)) || (a < b ? -1 : 1))
  let bytes = 0
  return files.filter((file) => {
    bytes += statSync(path.join(outDir, file)).size
    return bytes <= BUDGET_BYTES
  })
}

function isExplanation(file: string): boolean {
  return file.startsWith('docs/')
}

/** `contacts/index.html` is asked for as `contacts/`. Relative to the worker, wherever the site is. */
function addressOf(file: string): string {
  return file === 'index.html' ? './' : file.replace(/\/index\.html$/, '/')
}
