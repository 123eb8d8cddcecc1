import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'

/** What every page says of itself: from which commit, when it was built, and until when it may be trusted. */
export type BuildInfo = { commit: string; builtAt: string; validUntil: string }

/** A printed or copied page that is older than this is not to be trusted without a look at the repository. */
const VALID_DAYS = 30
const DAY_MS = 86_400_000

export function buildInfo(root: string, now: Date): BuildInfo {
  return {
    commit: `${commitOf(root) ?? 'no commit'}${isChanged(root) ? ' and changes since' : ''}`,
    builtAt: `${now.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    validUntil: new Date(now.getTime() + VALID_DAYS * DAY_MS).toISOString().slice(0, 10),
  }
}

/** At the foot of every printed sheet: sheets are parted, and a loose one must still say what it is. */
export function paperFooter({ commit, builtAt, validUntil }: BuildInfo): string {
  const words = `Drillbook, built ${builtAt} from ${commit}, valid until ${validUntil}`
  const small = 'font-size: 8pt; font-family: sans-serif'
  return `@page { @bottom-left { content: "${words}"; ${small} } @bottom-right { content: counter(page) " of " counter(pages); ${small} } }`
}

/** Whether what is built is more than the commit says; not known without git. */
function isChanged(root: string): boolean {
  const changed = git(root, 'status', '--porcelain', '--untracked-files=no')
  // What was never added is built all the same, and is in no commit at all.
  return changed !== '' || git(root, 'ls-files', '--others', '--exclude-standard', '--', ...BUILT) !== ''
}

/** The folders that pages are made of; a note that lies beside them is in none. */
const BUILT = ['docs', 'runbooks', 'templates', 'scripts']

function git(root: string, ...args: string[]): string {
  const { stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' })
  return stdout ?? ''
}

/** Read from the repository's own files, so that a build needs no git on the machine. */
function commitOf(root: string): string | undefined {
  const git = gitFolder(root)
  // A worktree has a head of its own; the branches are the repository's.
  const common = path.resolve(git, text(path.join(git, 'commondir')) ?? '.')
  const head = text(path.join(git, 'HEAD'))
  const ref = head?.startsWith('ref: ') === true ? head.slice('ref: '.length) : undefined
  const hash = ref === undefined ? head : (text(path.join(common, ref)) ?? packed(common, ref))
  return hash?.slice(0, 10)
}

function gitFolder(root: string): string {
  const link = text(path.join(root, '.git'))
  return link?.startsWith('gitdir: ') === true
    ? path.resolve(root, link.slice('gitdir: '.length))
    : path.join(root, '.git')
}

function packed(common: string, ref: string): string | undefined {
  const line = text(path.join(common, 'packed-refs'))
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
