import { watch } from 'node:fs'
import { readJournal } from '../journal/read.ts'
import { journalFile } from '../journal/run-directory.ts'
import type { ExitName } from '../model/exit-code.ts'
import { describeEvent } from '../reports/timeline.ts'
import type { Io } from './command.ts'

/** Prints a run's events as they are recorded, until it is sealed or the watcher leaves. Reads only. */
export function followRun(directory: string, io: Io): Promise<ExitName> {
  const file = journalFile(directory)
  let shown = 0
  return new Promise((resolve) => {
    const look = (): void => {
      const { events } = readJournal(file)
      for (const event of events.slice(shown)) for (const line of describeEvent(event)) io.out(line)
      shown = events.length
      if (events.at(-1)?.event !== 'run-sealed') return
      watcher.close()
      resolve('ok')
    }
    const watcher = watch(file, look)
    look()
  })
}
