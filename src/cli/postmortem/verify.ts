import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { POSTMORTEMS } from '../../document/postmortems.ts'
import type { Postmortem } from '../../document/postmortems.ts'
import { readIncident, isIncidentId } from '../../journal/incident-directory.ts'
import { readJournal } from '../../journal/read.ts'
import type { Problem } from '../../model/problem.ts'

/** `](<./journals/<id>/journal.ndjson#L12>) <code>ab12cd34ef56</code>`: as escape.ts writes a citation. */
const CITATION = /\]\(<\.\/journals\/([^/>]+)\/journal\.ndjson#L(\d+)>\)(?: <code>([0-9a-f]{12})<\/code>)?/g

/** Every line that the document cites exists, is the one that was cited, and stands in a chain without a fault. */
export function verifyTimeline(
  root: string,
  { file, body, bodyLine }: Postmortem,
): { checked: number; problems: Problem[] } {
  const journals = new Map<string, { lines: string[]; problems: Problem[] }>()
  const problems: Problem[] = []
  let checked = 0
  for (const [index, text] of body.split('\n').entries())
    for (const [, id = '', line = '', hash] of text.matchAll(CITATION)) {
      checked += 1
      const journal = journals.get(id) ?? open(root, decodeURIComponent(id))
      journals.set(id, journal)
      const found = journal.lines[Number(line) - 1]
      const at = { file, line: bodyLine + index }
      if (found === undefined) problems.push({ ...at, message: `line ${line} of ${id} does not exist` })
      else if (hash !== undefined && !sha256(found).startsWith(hash))
        problems.push({ ...at, message: `line ${line} of ${id} is not the one that was cited (${hash})` })
    }
  return { checked, problems: [...problems, ...[...journals.values()].flatMap((one) => one.problems)] }
}

function open(root: string, id: string): { lines: string[]; problems: Problem[] } {
  const file = `${POSTMORTEMS}/journals/${path.basename(id)}/journal.ndjson`
  const absolute = path.join(root, file)
  if (!existsSync(absolute))
    return { lines: [], problems: [{ file, message: 'the published journal is missing' }] }
  const { problems } = isIncidentId(id) ? readIncident(absolute) : readJournal(absolute)
  return { lines: readFileSync(absolute, 'utf8').split('\n').slice(0, -1), problems }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
