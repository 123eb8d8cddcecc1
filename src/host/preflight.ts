import { execFile } from 'node:child_process'
import { accessSync, constants, statfsSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import { accountName } from './account-name.ts'
import type { PostgresTarget, Target } from '../fences/api.ts'
import { OTHER_RUNS_FOLDER } from '../journal/runs-folder.ts'
import type { Requirement, Runbook } from '../model/runbook.ts'
import { steps } from '../model/runbook.ts'
import { suggest } from '../model/suggest.ts'
import { locate } from './locate.ts'

const PROGRAM_MS = 5000
const REACH_MS = 1500
const LEAST_FREE_BYTES = 50_000_000

/** `missing` keeps a run from beginning; `notice` is what a disaster may well look like: it is shown, and a person decides. */
export type Finding = {
  level: 'ok' | 'notice' | 'missing'
  subject: string
  detail: string
  hint?: string
  /** The secret that is missing, when a person can type it instead. */
  typed?: string
}

export type PreflightSubject = {
  runbook: Runbook
  targets: Record<string, Target>
  /** Where the run writes. */
  folders: readonly string[]
  /** Whether something will be signed, or a signature checked. */
  signs: boolean
  secrets: () => Promise<Finding[]>
}

/** Everything the run will need, looked at at once. Changes nothing; can be repeated at any time. */
export async function preflight(subject: PreflightSubject): Promise<Finding[]> {
  const { runbook, targets, folders, signs, secrets } = subject
  const asked = await Promise.all([
    ...(usesShell(runbook) ? [lookForShell()] : []),
    ...runbook.requires.map(lookForProgram),
    ...(signs ? [lookForKeygen()] : []),
    ...Object.values(targets).map(reachTarget),
    secrets(),
  ])
  return [
    ...asked.flat(),
    ...unknownTargets(runbook, Object.keys(targets)),
    ...destroyed(runbook, targets).map(lookAtDataDirectory),
    ...folders.map(lookAtFolder),
  ]
}

/** What a step is to act on, and this environment does not have: it would be found in the middle of the recovery. */
function unknownTargets({ nodes }: Runbook, known: readonly string[]): Finding[] {
  const named = steps(nodes).flatMap(({ id, target, fences }) =>
    [target, ...fences.map(({ on }) => on)].flatMap((name) => (name === undefined ? [] : [{ id, name }])),
  )
  const unknown = new Set(named.map(({ name }) => name).filter((name) => !known.includes(name)))
  return Array.from(unknown, (name): Finding => {
    const ids = new Set(named.filter((other) => other.name === name).map(({ id }) => id))
    return {
      level: 'missing',
      subject: name,
      detail: `is no target of this environment, and is named by ${[...ids].join(', ')}`,
      hint: suggest(name, known),
    }
  })
}

function usesShell(runbook: Runbook): boolean {
  return steps(runbook.nodes).some((step) => step.fences.some((fence) => fence.lang === 'sh'))
}

/** Any bash that a machine for this version of Node has will do; asking it would take as long as two steps. */
function lookForShell(): Finding | Promise<Finding> {
  const file = locate('bash')
  return path.isAbsolute(file)
    ? { level: 'ok', subject: 'bash', detail: file }
    : lookForProgram({ program: 'bash' })
}

async function lookForProgram({ program, version }: Requirement): Promise<Finding> {
  const said = await askVersion(program)
  if (said === undefined)
    return {
      level: 'missing',
      subject: program,
      detail: 'is not on the PATH',
      hint: `Install it, or start where it is: command -v ${program}`,
    }
  const found = /\d+(?:\.\d+)+|\b\d+\b/.exec(said)?.[0]
  if (version === undefined) return { level: 'ok', subject: program, detail: found ?? 'present' }
  if (found === undefined)
    return {
      level: 'notice',
      subject: program,
      detail: `does not tell its version; ${version} or later is expected`,
    }
  return isAtLeast(found, version)
    ? { level: 'ok', subject: program, detail: found }
    : { level: 'missing', subject: program, detail: `is version ${found}; ${version} or later is expected` }
}

/** What the program says of itself; undefined when it cannot be started. One that knows no --version is still there. */
function askVersion(program: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, ['--version'], { timeout: PROGRAM_MS }, (error, stdout, stderr) => {
      const absent = error !== null && (error.code === 'ENOENT' || error.code === 'EACCES')
      resolve(absent ? undefined : `${stdout}${stderr}`)
    })
  })
}

/** It tells no version: one that can sign says what is missing, an older one that it has no such option. */
function lookForKeygen(): Promise<Finding> {
  const subject = 'ssh-keygen'
  const hint =
    'OpenSSH 8.2 or later: approvals and signatures are made with it (Debian, Ubuntu: openssh-client).'
  return new Promise((resolve) => {
    const child = execFile(subject, ['-Y', 'sign'], { timeout: PROGRAM_MS }, (error, _, stderr) => {
      const absent = error !== null && (error.code === 'ENOENT' || error.code === 'EACCES')
      const detail = absent
        ? 'is not on the PATH'
        : /option/.test(stderr)
          ? 'cannot sign: it is too old'
          : undefined
      resolve(
        detail === undefined
          ? { level: 'ok', subject, detail: 'can sign' }
          : { level: 'missing', subject, detail, hint },
      )
    })
    child.stdin?.end()
  })
}

function isAtLeast(found: string, least: string): boolean {
  const have = found.split('.').map(Number)
  for (const [index, wanted] of least.split('.').map(Number).entries()) {
    const part = have[index] ?? 0
    if (part !== wanted) return part > wanted
  }
  return true
}

/** Only whether something listens: what is down may be why the runbook is run. */
function reachTarget(target: Target): Promise<Finding> {
  const { host, port } = addressOf(target)
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: REACH_MS })
    const answer = (level: Finding['level'], detail: string): void => {
      socket.destroy()
      resolve({ level, subject: target.name, detail })
    }
    socket.on('connect', () => answer('ok', `${host}:${port} answers`))
    socket.on('timeout', () => answer('notice', `${host}:${port} did not answer within ${REACH_MS} ms`))
    socket.on('error', (error) => answer('notice', `${host}:${port} does not answer: ${error.message}`))
  })
}

function addressOf(target: Target): { host: string; port: number } {
  if (target.kind === 'postgres') return { host: target.host, port: target.port }
  const url = new URL(target.kind === 'edge' ? target.admin : target.url)
  return {
    host: url.hostname,
    port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
  }
}

type LocalNode = PostgresTarget & { dataDirectory: string }

/** Targets of destructive steps whose files this machine can reach. */
function destroyed(runbook: Runbook, targets: Record<string, Target>): LocalNode[] {
  const named = steps(runbook.nodes).flatMap(({ danger, target }) =>
    danger === 'destructive' && target !== undefined ? [target] : [],
  )
  return [...new Set(named)].flatMap((name) => {
    const target = targets[name]
    return target?.kind === 'postgres' && target.dataDirectory !== undefined
      ? [{ ...target, name, dataDirectory: target.dataDirectory }]
      : []
  })
}

/** A directory that is gone or cannot be written may be the disaster; one that this account may not write is a mistake. */
function lookAtDataDirectory({ name, dataDirectory, osUser }: LocalNode): Finding {
  const subject = `${name}: ${dataDirectory}`
  try {
    accessSync(dataDirectory, constants.R_OK | constants.W_OK | constants.X_OK)
    return { level: 'ok', subject, detail: 'can be written' }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const owner = osUser === undefined ? 'the account that owns it' : osUser
    return code === 'EACCES'
      ? {
          level: 'missing',
          subject,
          detail: `may not be written by ${accountName()}`,
          hint: `Start this as ${owner}, or as root.`,
        }
      : { level: 'notice', subject, detail: `cannot be written (${code})` }
  }
}

function lookAtFolder(folder: string): Finding {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    const { bavail, bsize } = statfsSync(folder)
    const free = bavail * bsize
    const detail = `${Math.floor(free / 1_000_000)} MB free`
    return free < LEAST_FREE_BYTES
      ? {
          level: 'missing',
          subject: folder,
          detail,
          hint: OTHER_RUNS_FOLDER,
        }
      : { level: 'ok', subject: folder, detail }
  } catch (error) {
    return {
      level: 'missing',
      subject: folder,
      detail: error instanceof Error ? error.message : String(error),
      hint: 'Set DRILLBOOK_RUNS to a folder you may write to.',
    }
  }
}
