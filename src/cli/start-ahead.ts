import { isatty } from 'node:tty'
import { startEarly } from '../host/early-supervisor.ts'
import { runsFolder } from '../journal/runs-folder.ts'
import { projectRoot } from './project-root.ts'

const EXECUTING = ['run', 'drill']
const ONLY_LOOKING = ['--help', '--list', '--dry-run']

/** Starts what a run will need before anything else is loaded. What is wrong is told later, by the command itself. */
export function startAhead([verb = '', ...words]: readonly string[]): void {
  if (!EXECUTING.includes(verb) || words.some((word) => ONLY_LOOKING.includes(word))) return
  if (!words.includes('--yes') && !isatty(0)) return
  try {
    const root = projectRoot()
    startEarly(runsFolder(root, process.env), root)
  } catch {
    // As above.
  }
}
