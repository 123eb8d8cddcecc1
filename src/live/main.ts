/**
 * The live page as a process of its own, so that nothing that happens to it can happen to the run: it only reads what the run leaves on
 * disk. Started by `run --live` with the settings as its one argument; writes the address as one line; its standard input is held open
 * by the runner, and ends when the runner is gone, however it went.
 */
import { setPriority } from 'node:os'
import { z } from 'zod'
import { serveLive } from './server.ts'

/** Whoever is watching when the run is over may go on reading for this long. */
const LINGER_MS = 10 * 60_000

const settings = z.strictObject({ directory: z.string(), build: z.string(), runbook: z.string() })

// Every moment of the processor that the run wants is the run's.
setPriority(10)
process.stdout.on('error', () => {})
const live = await serveLive(settings.parse(JSON.parse(process.argv[2] ?? '')))
process.stdout.write(`${live.url}\n`)

process.stdin.resume()
process.stdin.on('error', () => {})
process.stdin.on('close', () => {
  const end = (): void => void live.close().then(() => process.exit(0))
  if (live.watchers() === 0) return end()
  live.onLeave(() => live.watchers() === 0 && end())
  setTimeout(end, LINGER_MS)
})
