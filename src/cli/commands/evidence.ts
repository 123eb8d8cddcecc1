import path from 'node:path'
import { frameworkIds, readFramework } from '../../document/frameworks.ts'
import { runsFolder } from '../../journal/runs-folder.ts'
import { OperatorError } from '../../model/problem.ts'
import { sha256 } from '../../document/project-files.ts'
import { coverageOf } from '../../reports/evidence/coverage.ts'
import type { Period } from '../../reports/evidence/coverage.ts'
import { evidenceRecords } from '../../reports/evidence/records.ts'
import { parseCommandLine } from '../arguments.ts'
import type { Command, Io } from '../command.ts'
import { addManifest, bundleFiles, writeBundle } from '../evidence/bundle.ts'
import { gatherEvidence, populationOf } from '../evidence/gather.ts'
import { readPlan } from '../postmortem/plan.ts'
import { projectRoot } from '../project-root.ts'

const usage = `drillbook evidence --framework NAME --from DATE --to DATE [--out DIR] [--no-pdf]

Bundles the records that support the controls of a framework: which control, which record, how old, what is missing; every drill of the
period, the failed ones included, with the proof that its objective was approved before it began; journals with chain, seal and
signatures; the plan and the post-mortems. Writes the folder DIR (default: evidence-NAME-FROM-TO) and DIR.zip. In the folder,
  node verify.mjs
checks all of it, offline. The maps stand in docs/plan/frameworks/: dated, cited, yours to correct. They say "supports".

  --framework NAME   soc2, iso27001, iso22301, dora, nist-csf, pci, hipaa, gdpr, or a map of your own
  --from, --to DATE  days, both included (YYYY-MM-DD, UTC)
  --no-pdf           only the HTML index; without it the PDF is printed by the Chromium of an npm package`

const OPTIONS = {
  framework: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  out: { type: 'string' },
  'no-pdf': { type: 'boolean', default: false },
} as const

const DAY_MS = 86_400_000

export const command: Command = {
  summary: 'Bundle the records that support the controls of a framework.',
  usage,
  run: async (argv, io) => {
    const { values } = parseCommandLine('evidence', argv, OPTIONS)
    const root = projectRoot()
    const id = required(values.framework, 'framework', frameworkIds(root).join(', '))
    const period = periodOf(values.from, values.to)
    const framework = readFramework(root, id)
    const runs = runsFolder(root, process.env)
    const plan = readPlan(root)
    const { input, notes } = await gatherEvidence(root, runs, plan)
    for (const note of notes) io.err(note)
    const all = evidenceRecords(input)
    const isInPeriod = (at: string): boolean =>
      Date.parse(at) >= Date.parse(period.from) && Date.parse(at) < Date.parse(period.to) + DAY_MS
    const now = new Date()
    const data = {
      framework,
      period,
      createdAt: now.toISOString(),
      commit: input.revision?.commit ?? 'none',
      coverage: coverageOf(framework, all, period),
      population: await populationOf(root, input, isInPeriod),
      records: all.filter(({ at }) => isInPeriod(at)),
    }
    const files = bundleFiles(root, runs, plan, input, data, id)
    if (!values['no-pdf']) files.set('index.pdf', await pdfOf(files.get('index.html') ?? Buffer.of(), now))
    addManifest(files, { framework: id, ...period, createdAt: data.createdAt, commit: data.commit })
    const out = path.resolve(values.out ?? `evidence-${id}-${period.from}-${period.to}`)
    const written = writeBundle(files, out, now)
    tell(data, written, files, io)
    return 'ok'
  },
}

async function pdfOf(html: Uint8Array, at: Date): Promise<Uint8Array> {
  const { printPages } = await import('../../site/pack/pdf.ts')
  let printed: Uint8Array | undefined
  const keep = (_place: string, pdf: Uint8Array): void => {
    printed = pdf
  }
  await printPages([{ place: 'index.html', html: Buffer.from(html).toString('utf8') }], at, keep)
  if (printed === undefined) throw new OperatorError('failed', { message: 'the PDF was not printed' })
  return printed
}

function tell(
  {
    coverage,
    population,
  }: { coverage: ReturnType<typeof coverageOf>; population: readonly { verdict: string }[] },
  { folder, zip }: { folder: string; zip: string },
  files: ReadonlyMap<string, Uint8Array>,
  io: Io,
): void {
  const gaps = coverage.filter((control) => control.gaps > 0)
  io.out(folder)
  io.out(zip)
  const passed = population.filter(({ verdict }) => verdict === 'passed').length
  io.err(
    `${coverage.length} controls, ${coverage.length - gaps.length} supported without a gap; ${population.length} drills, ${passed} passed`,
  )
  for (const { id, support } of gaps)
    io.err(
      `  ${id}: ${support.flatMap(({ what, gap }) => (gap === undefined ? [] : [`${what}: ${gap}`])).join('; ')}`,
    )
  io.err(`Check it: node ${path.join(path.relative('', folder), 'verify.mjs')}`)
  io.err(`SHA-256 of verify.mjs     ${sha256(files.get('verify.mjs') ?? '')}`)
  io.err(`SHA-256 of manifest.json  ${sha256(files.get('manifest.json') ?? '')}`)
}

function required(value: string | undefined, name: string, hint: string): string {
  if (value !== undefined) return value
  throw new OperatorError('usage', { message: `--${name} is needed`, hint })
}

function periodOf(from: string | undefined, to: string | undefined): Period {
  const period = { from: day(from, 'from'), to: day(to, 'to') }
  if (period.from <= period.to) return period
  throw new OperatorError('usage', { message: `--from ${period.from} is after --to ${period.to}` })
}

function day(value: string | undefined, name: string): string {
  const text = required(value, name, 'A day such as 2026-01-31.')
  const at = new Date(`${text}T00:00:00Z`)
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text))
    return text
  throw new OperatorError('usage', { message: `--${name} ${text}: expected a day such as 2026-01-31` })
}
