import { existsSync, rmdirSync } from 'node:fs'
import path from 'node:path'
import { makeFolder } from '../../journal/make-folder.ts'
import { OperatorError } from '../../model/problem.ts'
import type { PackOptions, PackResult } from '../../site/pack/pack.ts'
import { parseCommandLine } from '../arguments.ts'
import type { Command } from '../command.ts'
import { projectRoot } from '../project-root.ts'

const usage = `drillbook pack [--out DIR] [--audience internal|public] [--encrypt-to age1… | --passphrase-file FILE] [--no-pdf] [--json]

Writes the emergency pack: every runbook as one HTML file that needs nothing else, all of them on one page, contacts, a quick
reference, PDFs printed by Chromium, checksums, and a zip of all of it. Put it on a stick, on paper, on a phone.

  --out DIR               where; a pack that is there is replaced (default emergency-pack)
  --audience WHO          internal (default) or public: a public pack has no number that is not public
  --encrypt-to age1…      encrypt the private contacts for this age recipient; may be repeated
  --passphrase-file FILE  encrypt them with the passphrase in the first line of a file
  --no-pdf                no PDFs: needs no browser. CHROMIUM=/path names another browser than the one of the package
  --json                  one JSON object on standard output: what was written, and how large it is

The same commit and the same time give the same bytes, encryption apart: SOURCE_DATE_EPOCH sets the time in seconds.
Private contacts are a page of their own. Without encryption it lies in the pack in clear, and the command says so.`

export const command: Command = {
  summary: 'Write the emergency pack: pages and PDFs that need nothing else, for a stick or paper.',
  usage,
  async run(argv, io) {
    const { values, positionals } = parseCommandLine('pack', argv, {
      out: { type: 'string', default: 'emergency-pack' },
      audience: { type: 'string', default: process.env['DRILLBOOK_AUDIENCE'] ?? 'internal' },
      'encrypt-to': { type: 'string', multiple: true },
      'passphrase-file': { type: 'string' },
      'no-pdf': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    })
    if (positionals.length > 0)
      throw new OperatorError('usage', { message: `expected options only, found "${positionals.join(' ')}"` })
    const options: PackOptions = {
      root: projectRoot(),
      out: path.resolve(values.out),
      audience: audienceFrom(values.audience),
      at: timeFrom(process.env['SOURCE_DATE_EPOCH']),
      pdf: !values['no-pdf'],
      lock: lockFrom(values['encrypt-to'], values['passphrase-file']),
    }
    requireMakeable(options.out)
    const { buildPack } = await import('../../site/pack/pack.ts')
    const result = await buildPack(options)
    if (values.json) io.json({ ...result, files: Object.fromEntries(result.files) })
    else
      for (const [place, bytes] of result.files) io.out(`${place.padEnd(48)} ${kilobytes(bytes).padStart(9)}`)
    io.err(summaryOf(result))
    for (const warning of warningsOf(result)) io.err(`[WARNING] ${warning}`)
    return 'ok'
  },
}

/** Whether the folder can be made is known before anything is built. */
function requireMakeable(out: string): void {
  if (existsSync(out)) return
  makeFolder(out, 0o777)
  rmdirSync(out)
}

function audienceFrom(value: string): PackOptions['audience'] {
  if (value === 'internal' || value === 'public') return value
  throw new OperatorError('usage', { message: `--audience ${value}: expected internal or public` })
}

/** SOURCE_DATE_EPOCH is how build tools are told the time: https://reproducible-builds.org/specs/source-date-epoch/ */
function timeFrom(epoch: string | undefined): Date {
  if (epoch === undefined) return new Date()
  if (/^\d{1,11}$/.test(epoch)) return new Date(Number(epoch) * 1000)
  throw new OperatorError('usage', { message: `SOURCE_DATE_EPOCH=${epoch}: expected seconds since 1970` })
}

function lockFrom(recipients: string[] | undefined, passphraseFile: string | undefined): PackOptions['lock'] {
  if (recipients && passphraseFile !== undefined)
    throw new OperatorError('usage', { message: 'expected --encrypt-to or --passphrase-file, not both' })
  if (recipients) return { recipients }
  return passphraseFile === undefined ? undefined : { passphraseFile }
}

function summaryOf({ info, files, zip, zipBytes }: PackResult): string {
  const place = path.relative(process.cwd(), zip) || zip
  return `${files.size} files from ${info.commit}, valid until ${info.validUntil}; all of it in ${place} (${kilobytes(zipBytes)})`
}

/** What a page and a pack may weigh: a pack has to open on an old phone and fit where it is sent. */
const PAGE_LIMIT = 100_000
const PACK_LIMIT = 5_000_000

function warningsOf({ files, zipBytes, privateInClear }: PackResult): string[] {
  const large = [...files].filter(
    ([place, bytes]) => place.endsWith('.html') && place !== 'everything.html' && bytes > PAGE_LIMIT,
  )
  return [
    ...large.map(([place, bytes]) => `${place} has ${kilobytes(bytes)}, more than ${kilobytes(PAGE_LIMIT)}`),
    ...(zipBytes > PACK_LIMIT
      ? [`the pack has more than ${kilobytes(PACK_LIMIT)}; --no-pdf makes it smaller`]
      : []),
    ...(privateInClear > 0
      ? [
          `the private numbers of ${privateInClear} people are in private-contacts.html in clear: keep the pack locked away, or use --encrypt-to or --passphrase-file`,
        ]
      : []),
  ]
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`
}
