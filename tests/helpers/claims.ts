import assert from 'node:assert/strict'
import type { JournalEvent } from '../../src/model/event.ts'
import { foldAll } from '../../src/journal/fold.ts'
import { verifyRun } from '../../src/journal/verify.ts'
import { processesWith, until } from './processes.ts'
import { MARK } from './project.ts'
import type { Project } from './project.ts'

type Of<Name extends JournalEvent['event']> = Extract<JournalEvent, { event: Name }>

export function only<Name extends JournalEvent['event']>(
  events: readonly JournalEvent[],
  name: Name,
): Of<Name>[] {
  return events.filter((event): event is Of<Name> => event.event === name)
}

/** `one done, two failed`: how the steps of a run stand. */
export function standing(events: readonly JournalEvent[]): string {
  return [...foldAll(events).steps].map(([id, { status }]) => `${id} ${status}`).join(', ')
}

/** The reasons of everything that did not end well, one a line. */
export function reasons(events: readonly JournalEvent[]): string {
  const lines = events.flatMap((event) => {
    if (event.event === 'fence-finished')
      return event.outcome.kind === 'ok' ? [] : [`${event.outcome.kind}: ${event.outcome.reason}`]
    return event.event === 'run-paused' || event.event === 'step-finished' || event.event === 'step-skipped'
      ? [event.reason]
      : []
  })
  return lines.filter((line) => line !== '').join('\n')
}

/** What holds after every run, however it ended: the newest journal verifies, and no process is left. */
export async function assertSound(project: Project): Promise<void> {
  assert.deepEqual(verifyRun(project.lastRun()).problems, [])
  await assertNothingRuns(project)
}

/** Processes end a moment after the command has: they are given that moment. */
export async function assertNothingRuns(project: Project): Promise<void> {
  const left = (): string[] =>
    processesWith(`${MARK}=${project.root}`).map(({ pid, command }) => `${pid} ${command}`)
  await until('no process is left', () => left().length === 0, 10_000).catch(() =>
    assert.deepEqual(left(), []),
  )
}
