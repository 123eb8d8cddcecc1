import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { writeWhole } from '../../host/write-file.ts'
import { journalFile } from '../../journal/run-directory.ts'
import { OperatorError } from '../../model/problem.ts'
import { ESTIMATES, publishedFolder } from './gather.ts'
import type { Gathered, GatheredRun } from './gather.ts'

/** Copies every cited journal beside the post-mortems, byte for byte: a row leads to a line that anybody can check. */
export function publishJournals(root: string, { runs, incident }: Gathered): void {
  const directories = [...runs.map(({ directory }) => directory), ...(incident ? [incident.directory] : [])]
  const copies = directories.map((directory) => ({
    bytes: wholeLines(journalFile(directory)),
    to: journalFile(publishedFolder(root, path.basename(directory))),
  }))
  for (const { bytes, to } of copies) requireSameBeginning(bytes, to)
  for (const { bytes, to } of copies) writeWhole(to, bytes)
  for (const run of runs) publishBesides(root, run)
}

/** What the document says and the journal does not hold: the estimates of that day, and what failed fences printed. */
function publishBesides(root: string, { directory, source }: GatheredRun): void {
  const folder = publishedFolder(root, source.id)
  if (path.resolve(folder) === path.resolve(directory)) return
  if (source.expected)
    writeWhole(
      path.join(folder, ESTIMATES),
      `${JSON.stringify(Object.fromEntries(source.expected), null, 2)}\n`,
    )
  for (const { event } of source.lines) {
    if (event.event !== 'fence-finished' || event.outcome.kind === 'ok') continue
    const printed = source.output(event.job)
    if (printed !== undefined) writeWhole(path.join(folder, 'output', `${event.job}.log`), printed)
  }
}

/** A line that was being written when the machine stopped does not count. */
function wholeLines(file: string): Buffer {
  const bytes = readFileSync(file)
  return bytes.subarray(0, bytes.lastIndexOf(10) + 1)
}

/** A published journal may only ever have grown. */
function requireSameBeginning(bytes: Buffer, published: string): void {
  if (!existsSync(published)) return
  const before = readFileSync(published)
  if (bytes.subarray(0, before.length).equals(before)) return
  const line = 1 + before.subarray(0, firstDifference(bytes, before)).filter((byte) => byte === 10).length
  throw new OperatorError('damaged', {
    file: published,
    line,
    message: 'is not what the journal of the run says on this line: one of the two was changed',
    hint: 'npx drillbook verify checks a journal. Nothing was written.',
  })
}

function firstDifference(a: Buffer, b: Buffer): number {
  const shorter = Math.min(a.length, b.length)
  for (let at = 0; at < shorter; at += 1) if (a[at] !== b[at]) return at
  return shorter
}
