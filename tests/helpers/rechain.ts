import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { START } from '../../src/journal/append.ts'
import { journalFile } from '../../src/journal/run-directory.ts'
import { writeSeal } from '../../src/journal/seal.ts'

type Lines = Record<string, unknown>[]

/** Somebody who knows the format: every hash is right again afterwards. */
export function rechain(folder: string, change: (events: Lines) => Lines): void {
  const file = journalFile(folder)
  const events = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): Record<string, unknown> => Object.fromEntries(Object.entries(Object(JSON.parse(line)))))
  let hash = START.hash
  const lines = change(events).map((event, index) => {
    const line = JSON.stringify({ ...event, seq: index + 1, prev: hash })
    hash = createHash('sha256').update(line).digest('hex')
    return line
  })
  writeFileSync(file, `${lines.join('\n')}\n`)
  writeSeal(folder, { seq: lines.length, hash })
}

/** The seal names these files instead of those that the run left. */
export function resealed(folder: string, files: Record<string, string>): void {
  rechain(folder, (events) =>
    events.map((event) => (event['event'] === 'run-sealed' ? { ...event, files } : event)),
  )
}
