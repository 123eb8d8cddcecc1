import { readFileSync, readdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

const LOOK_MS = 10

export type Seen = { pid: number; command: string; environment: string }

/** Living processes whose environment holds `mark`; this process left out. Found without the product's own code. */
export function processesWith(mark: string): Seen[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => ({
      pid: Number(name),
      environment: `\0${procFile(name, 'environ')}`,
      command: procFile(name, 'cmdline').replaceAll('\0', ' '),
    }))
    .filter(({ pid, environment }) => environment.includes(`\0${mark}\0`) && isRunning(pid))
}

/** Not ended, and not the zombie of something that has ended. */
export function isRunning(pid: number): boolean {
  const stat = procFile(String(pid), 'stat')
  return stat !== '' && !/^\d+ \(.*\) [ZX]/s.test(stat)
}

function procFile(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1')
  } catch {
    return ''
  }
}

/** Kills what carries the mark, one by one, and resolves when all of it is gone. */
export async function endProcesses(mark: string): Promise<void> {
  for (let left = processesWith(mark); left.length > 0; left = processesWith(mark)) {
    for (const { pid } of left) kill(pid)
    await delay(LOOK_MS)
  }
}

export function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  // 0 and below would mean whole groups, our own among them.
  if (!Number.isInteger(pid) || pid < 1) throw new Error(`not the number of a process: ${pid}`)
  try {
    process.kill(pid, signal)
  } catch {
    // It ended in the meantime.
  }
}

/** Tries until it holds; for what announces itself to nobody. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 15_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`)
    await delay(LOOK_MS)
  }
}
