import { readdirSync, readFileSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { OperatorError } from '../model/problem.ts'
import { REGIONS, stateRoot } from './options.ts'
import { isErrno, labPaths } from './state.ts'

const UNUSABLE = ['EACCES', 'EDQUOT', 'EEXIST', 'EIO', 'ELOOP', 'ENOSPC', 'ENOTDIR', 'EPERM', 'EROFS']
/** What has the same names for its errors, and nothing to do with a folder. */
const ELSEWHERE = /^(spawn|listen|bind|connect|kill)/
const SAYS_FULL = /no space left on device|check free disk space|ENOSPC|EDQUOT/i
/** PostgreSQL takes space by the segment of its log: with less than one it stops, and may not be able to say so. */
const LEAST_FREE_BYTES = 16 * 2 ** 20

/** What the folder of the labs refuses is the operator's to mend, and told with the system's reason. Other errors pass. */
export async function inLabFolder<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw explained(error)
  }
}

export function explained(error: unknown): unknown {
  if (!(error instanceof Error) || !isErrno(error, ...UNUSABLE)) return error
  if ('syscall' in error && ELSEWHERE.test(String(error.syscall))) return error
  if ('path' in error && !String(error.path).startsWith(stateRoot())) return error
  return unusable(error.message)
}

/** Why a lab could not be started. Asked while its logs are there: what is thrown seldom tells of a full disk. */
export function startCause(directory: string, error: unknown): unknown {
  const told = explained(error)
  if (told !== error) return told
  const isFull =
    SAYS_FULL.test(String(error)) ||
    logFiles(directory).some((file) => SAYS_FULL.test(textOf(file))) ||
    freeBytes() < LEAST_FREE_BYTES
  return isFull ? unusable('no space left on device') : error
}

function unusable(reason: string): OperatorError {
  return new OperatorError('failed', {
    message: `the lab cannot be kept in ${stateRoot()}, expected a folder that this account may write to, with 500 MB free: ${reason}`,
    hint: 'Free some space, or choose another folder: DRILLBOOK_LAB=/var/tmp/drillbook-lab npm run …',
  })
}

function logFiles(directory: string): string[] {
  const { logs, node } = labPaths(directory)
  const services = namesIn(logs).map((name) => join(logs, name))
  return [...REGIONS.map((region) => join(node(region), 'postgres.log')), ...services]
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // The start did not get that far.
    return []
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function freeBytes(): number {
  try {
    const { bavail, bsize } = statfsSync(stateRoot())
    return bavail * bsize
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
