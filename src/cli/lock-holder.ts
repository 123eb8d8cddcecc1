import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { bootId, identify, isAlive } from '../host/process-tree.ts'
import type { Holder, LookAtHolder } from '../journal/lock.ts'

export function lockFolder(runs: string, runbook: string, environment: string): string {
  return path.join(runs, 'locks', `${runbook.replaceAll('/', '~')}@${environment}`)
}

export function thisHolder(run: string, operator: string): Holder {
  return {
    run,
    operator,
    host: hostname(),
    boot: bootId(),
    pid: process.pid,
    startTime: identify(process.pid)?.startTime ?? '',
    since: new Date().toISOString(),
    released: false,
  }
}

/** A holder of this machine is judged by its process and that of its supervisor; one of another machine cannot be judged. */
export function lookFrom(runs: string): LookAtHolder {
  return (holder) => {
    if (holder.host !== hostname()) return 'elsewhere'
    if (holder.boot !== bootId()) return 'dead'
    if (isAlive({ pid: holder.pid, startTime: holder.startTime })) return 'alive'
    return supervisorLives(path.join(runs, holder.run, 'supervisor.json')) ? 'finishing' : 'dead'
  }
}

function supervisorLives(file: string): boolean {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return (
      typeof value === 'object' &&
      value !== null &&
      'pid' in value &&
      'startTime' in value &&
      isAlive({ pid: Number(value.pid), startTime: String(value.startTime) })
    )
  } catch {
    return false
  }
}
