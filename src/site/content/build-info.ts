import { readFileSync } from 'node:fs'
import path from 'node:path'

/** What every page says of itself: from which commit, when it was built, and until when it may be trusted. */
export type BuildInfo = { commit: string; builtAt: string; validUntil: string }

/** A printed or copied page that is older than this is not to be trusted without a look at the repository. */
const VALID_DAYS = 30
const DAY_MS = 86_400_000

export function buildInfo(root: string, now: Date): BuildInfo {
  return {
    commit: commitOf(root) ?? 'no commit',
    builtAt: `${now.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    validUntil: new Date(now.getTime() + VALID_DAYS * DAY_MS).toISOString().slice(0, 10),
  }
}

/** Read from the repository's own files, so that a build needs no git on the machine. */
function commitOf(root: string): string | undefined {
  const head = text(path.join(root, '.git/HEAD'))
  const ref = head?.startsWith('ref: ') === true ? head.slice('ref: '.length) : undefined
  const hash = ref === undefined ? head : (text(path.join(root, '.git', ref)) ?? packed(root, ref))
  return hash?.slice(0, 10)
}

function packed(root: string, ref: string): string | undefined {
  const line = text(path.join(root, '.git/packed-refs'))
    ?.split('\n')
    .find((candidate) => candidate.endsWith(` ${ref}`))
  return line?.split(' ')[0]
}

function text(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}
