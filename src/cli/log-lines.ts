import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { RunState } from '../journal/fold.ts'
import { stepState } from '../journal/fold.ts'
import { readJournal } from '../journal/read.ts'
import { journalFile } from '../journal/run-directory.ts'
import type { Executable } from '../model/runbook.ts'
import { printable } from '../model/printable.ts'
import { describeEvent } from '../reports/timeline.ts'

/** A person who has to decide reads the end of it; the rest is in the files that are named. */
const LAST_EVENTS = 20
const LAST_PRINTED = 20

/** What happened last, what the node printed, and where all of it is kept. */
export function logLines(directory: string, node: Executable, state: RunState): string[] {
  const events = readJournal(journalFile(directory)).events.flatMap(describeEvent)
  return [
    ...events.slice(-LAST_EVENTS),
    ...printedBy(directory, node, state),
    '',
    `The journal: ${journalFile(directory)}`,
    `The output of each fence: ${path.join(directory, 'output')}`,
  ].map(printable)
}

function printedBy(directory: string, node: Executable, state: RunState): string[] {
  const parts = node.kind === 'parallel' ? node.steps : [node]
  return parts.flatMap(({ id }) =>
    stepState(state, id).fences.flatMap(({ job, role, place }) => {
      const file = path.join(directory, 'output', `${job}.log`)
      if (!existsSync(file)) return []
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-LAST_PRINTED)
      return ['', `${id} ${role} ${place} printed:`, ...lines.map((line) => `  ${line}`)]
    }),
  )
}
