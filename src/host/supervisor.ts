/**
 * The process that starts, watches and ends fences for one run. It outlives its runner: when the runner dies, the fence that is
 * running goes on within its timeout, and its outcome is left beside the journal.
 */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { FenceJob } from '../runner/ports.ts'
import { writeOutcome } from './outcome-file.ts'
import { identify } from './process-tree.ts'
import { isToSupervisor } from './protocol.ts'
import type { FromSupervisor, ToSupervisor } from './protocol.ts'
import { runShell } from './run-shell.ts'
import { RunningJob } from './running-job.ts'
import { WorkerPool } from './worker-pool.ts'

type Begin = Extract<ToSupervisor, { type: 'begin' }>

let begun: Begin | undefined
let pool: WorkerPool | undefined
let ending = false
const running = new Map<string, RunningJob>()
/** Outcomes that the runner has not yet confirmed to be in its journal. */
const unrecorded = new Map<string, Extract<FromSupervisor, { type: 'finished' }>>()

process.on('message', (message: unknown) => {
  if (isToSupervisor(message)) receive(message)
})
process.on('disconnect', () => void outliveRunner())
// The terminal's signals are for the runner, which decides; this process ends when its work has ended.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => {})

function receive(message: ToSupervisor): void {
  switch (message.type) {
    case 'begin':
      return begin(message)
    case 'execute':
      return void execute(message.job)
    case 'cancel':
      return running.get(message.job)?.end('cancelled', message.reason)
    case 'recorded':
      unrecorded.delete(message.job)
      return
    case 'end':
      ending = true
      pool?.close()
      process.disconnect()
  }
}

function begin(message: Begin): void {
  begun = message
  for (const folder of ['output', 'outcomes']) mkdirSync(path.join(message.directory, folder), { recursive: true, mode: 0o700 })
  writeFileSync(path.join(message.directory, 'supervisor.json'), JSON.stringify(identify(process.pid)), { mode: 0o600 })
  pool = new WorkerPool(message.workers)
  void pool.ready().then(() => send({ type: 'ready' }))
}

async function execute(job: FenceJob): Promise<void> {
  if (!begun || !pool) throw new Error('a job arrived before the run began')
  const log = path.join(begun.directory, 'output', `${job.id}.log`)
  const task = new RunningJob(job, begun.graceMs, {
    output: (chunk) => {
      appendFileSync(log, chunk, { mode: 0o600 })
      send({ type: 'output', job: job.id, chunk: chunk.toString('utf8') })
    },
    waiting: (reason) => send({ type: 'waiting', job: job.id, reason }),
  })
  running.set(job.id, task)
  const outcome = job.fence.lang === 'sh' ? await runShell(task, begun.directory) : await pool.run(task)
  running.delete(job.id)
  const finished = { type: 'finished', job: job.id, outcome } as const
  unrecorded.set(job.id, finished)
  if (process.connected) send(finished)
  else await outliveRunner()
}

/** The runner is gone: leave what it does not know, wait for what still runs, then go. */
async function outliveRunner(): Promise<void> {
  if (begun) for (const { job, outcome } of unrecorded.values()) writeOutcome(begun.directory, job, outcome)
  unrecorded.clear()
  if (running.size > 0 && !ending) return
  pool?.close()
  process.exit(0)
}

function send(message: FromSupervisor): void {
  if (process.connected) process.send?.(message)
}
