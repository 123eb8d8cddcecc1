import { EMPTY } from './sheet.ts'
import type { Mark, Sheet } from './sheet.ts'

const PREFIX = 'drillbook-by-hand:'

export function storageKey(runbook: string, digest: string): string {
  return `${PREFIX}${runbook}@${digest}`
}

/** The sheet that was kept; an empty one when there is none, or when what is there is not ours. */
export function readSheet(key: string): Sheet {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? 'null')
    return isSheet(value) ? value : EMPTY
  } catch {
    return EMPTY
  }
}

/** False when the browser does not keep it: private windows, a full disk, a policy. */
export function writeSheet(key: string, sheet: Sheet | undefined): boolean {
  try {
    if (sheet === undefined) localStorage.removeItem(key)
    else localStorage.setItem(key, JSON.stringify(sheet))
    return true
  } catch {
    return false
  }
}

/** The digests of other versions of the runbook for which something was noted. */
export function otherVersions(runbook: string, digest: string): string[] {
  const beginning = `${PREFIX}${runbook}@`
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(beginning) && key !== beginning + digest)
      .map((key) => key.slice(beginning.length))
  } catch {
    return []
  }
}

function isSheet(value: unknown): value is Sheet {
  return (
    isRecord(value) &&
    typeof value['actor'] === 'string' &&
    typeof value['note'] === 'string' &&
    isMoment(value['clockAt']) &&
    isMoment(value['noteAt']) &&
    isRecord(value['steps']) &&
    Object.values(value['steps']).every(isMark)
  )
}

function isMark(value: unknown): value is Mark {
  return (
    isRecord(value) &&
    typeof value['note'] === 'string' &&
    [value['startedAt'], value['finishedAt'], value['noteAt']].every(isMoment) &&
    [undefined, 'passed', 'failed', 'skipped'].includes(textOf(value['result'])) &&
    (value['choice'] === undefined || typeof value['choice'] === 'string')
  )
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value)
}

function isMoment(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && !Number.isNaN(Date.parse(value)))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
