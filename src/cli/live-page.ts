import { spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { isBuilt } from '../live/server.ts'

const START_MS = 3000
const PROGRAM = path.join(import.meta.dirname, '../live/main.ts')

/** Where `npm run build` puts the site; `DRILLBOOK_BUILD` moves it. */
export function buildFolder(root: string): string {
  return path.resolve(root, process.env['DRILLBOOK_BUILD'] ?? 'build')
}

export function notBuilt(runbook: string): string {
  return `The site has no page of ${runbook} yet: npm run build makes it, in about a minute.`
}

/**
 * Starts the live page of a run and tells its address. The run needs nothing of it: whatever goes wrong is told and left alone, and
 * the runner neither waits for the process nor hears from it again.
 */
export async function startLivePage(
  settings: { directory: string; root: string; runbook: string },
  say: (line: string) => void,
): Promise<void> {
  const { directory, runbook } = settings
  const build = buildFolder(settings.root)
  const later = `Later, in another terminal:  npx drillbook live ${path.basename(directory)}`
  if (!isBuilt(build, runbook)) {
    say(`No live page: ${notBuilt(runbook)}`)
    return say(later)
  }
  const url = await addressOf(JSON.stringify({ directory, build, runbook }))
  if (url === undefined) say(`No live page: it did not start within ${START_MS / 1000} s. ${later}`)
  else say(`Live page, opens once: ${url}`)
}

function addressOf(argument: string): Promise<string | undefined> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM, argument], {
    // In a session of its own: Ctrl-C in the terminal is for the run.
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child.on('error', () => {})
  child.stdin.on('error', () => {})
  return new Promise((resolve) => {
    const told = (url: string | undefined): void => {
      clearTimeout(timer)
      resolve(url)
      // Standard input stays open, unused, for as long as this process lives.
      child.stdout.destroy()
      child.unref()
    }
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      told(undefined)
    }, START_MS)
    createInterface({ input: child.stdout }).once('line', told)
    child.once('exit', () => told(undefined))
  })
}
