import { existsSync, readFileSync } from 'node:fs'
import type { LocalNode } from './node.ts'

/** What a failover loses, as far as the lost primary's own files tell. The plan says only what was meant. */
export function expectedLoss(lost: LocalNode, planned: string | undefined): string {
  if (planned === 'async')
    return 'Replication is asynchronous: expect to lose what was acknowledged in the last moments.'
  const plan = `synchronous_commit = ${planned ?? 'unknown'}`
  const waitedFor = settingOnDisk(lost, 'synchronous_standby_names')
  if (waitedFor === undefined)
    return `By plan (${plan}) nothing is acknowledged before the standby has it. This is planned, not verified: what the lost primary was set to cannot be read.`
  if (waitedFor === '')
    return `By plan (${plan}) nothing is lost, but the lost primary waited for no standby (synchronous_standby_names is empty): expect to lose what was acknowledged in the last moments.`
  return `The lost primary waited for ${waitedFor} before it acknowledged anything (by plan, ${plan}): expect to lose nothing.`
}

/** As the files in its directory have it: ALTER SYSTEM wins, then the last line. Undefined when they do not tell. */
function settingOnDisk(node: LocalNode, name: string): string | undefined {
  const system = read(`${node.dataDirectory}/postgresql.auto.conf`)
  const file = read(`${node.dataDirectory}/postgresql.conf`)
  const isSplit = file === undefined || /^\s*include(_dir|_if_exists)?\b/im.test(file)
  if (system === undefined) return undefined
  return lastValue(system, name) ?? (isSplit ? undefined : (lastValue(file, name) ?? ''))
}

function read(file: string): string | undefined {
  try {
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined
  } catch {
    return undefined
  }
}

function lastValue(text: string, name: string): string | undefined {
  const line = new RegExp(`^\\s*${name}\\s*[=\\s]\\s*('(?:[^']|'')*'|[^\\s#]+)`, 'gim')
  const value = [...text.matchAll(line)].at(-1)?.[1]
  return value?.startsWith("'") ? value.slice(1, -1).replaceAll("''", "'").trim() : value
}
