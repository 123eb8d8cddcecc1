import { hostname } from 'node:os'
import path from 'node:path'
import { bootId, identify, isAlive, isStopped } from '../host/process-tree.ts'
import { readSupervision } from '../host/supervision.ts'
import { acquireLock } from '../journal/lock.ts'
import type { Holder, Lock, LookAtHolder } from '../journal/lock.ts'

export function lockFolder(runs: string, runbook: string, environment: string): string {
  return path.join(runs, 'locks', `${runbook.replaceAll('/', '~')}@${environment}`)
}

export type LockRequest = {
  runs: string
  runbook: string
  environment: string
  run: string
  operator: string
  resuming: boolean
  takeOver: boolean
}

/** One run at a time for a runbook and environment. */
export function lockRun(request: LockRequest): Promise<Lock> {
  const { runs, runbook, environment, run, operator } = request
  return acquireLock(
    lockFolder(runs, runbook, environment),
    thisHolder(run, operator),
    lookFrom(runs),
    request,
  )
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
    if (isAlive({ pid: holder.pid, startTime: holder.startTime }))
      return isStopped(holder.pid) ? 'stopped' : 'alive'
    return readSupervision(path.join(runs, holder.run)).supervisors.some(isAlive) ? 'finishing' : 'dead'
  }
}
