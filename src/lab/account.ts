import { accessSync, chownSync, constants, readFileSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'
import { OperatorError } from '../model/problem.ts'
import type { Account } from './state.ts'

const CANDIDATES = ['postgres', 'nobody']

/** PostgreSQL refuses to run as root: root lends it an account that owns nothing else. */
export function databaseAccount(): Account {
  const uid = process.getuid?.() ?? -1
  if (uid !== 0) return { uid, gid: process.getgid?.() ?? -1, ...ownName(), switched: false }
  const entries = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  for (const candidate of CANDIDATES) {
    const entry = entries.find(([name]) => name === candidate)
    if (entry !== undefined) {
      return { uid: Number(entry[2]), gid: Number(entry[3]), name: candidate, switched: true }
    }
  }
  throw new OperatorError('usage', {
    message: `PostgreSQL cannot run as root, and /etc/passwd knows neither ${CANDIDATES.join(' nor ')}`,
    hint: 'Run the lab as an ordinary user.',
  })
}

function ownName(): { name?: string } {
  try {
    return { name: userInfo().username }
  } catch {
    // An account without an entry in /etc/passwd, as containers have.
    return {}
  }
}

export function giveTo(account: Account, ...paths: string[]): void {
  if (account.switched) for (const path of paths) chownSync(path, account.uid, account.gid)
}

/** The account has to pass through every folder above its data. */
export function requireReachable(directory: string, account: Account): void {
  if (!account.switched) return accessSync(directory, constants.X_OK)
  for (let folder = directory; ; folder = dirname(folder)) {
    if (!mayEnter(folder, account)) {
      throw new OperatorError('usage', {
        message: `the account ${account.name}, which runs PostgreSQL, cannot enter ${folder}`,
        hint: `Let it through (chmod o+x), or set DRILLBOOK_LAB to a folder elsewhere, such as /var/tmp/drillbook-lab.`,
      })
    }
    if (folder === dirname(folder)) return
  }
}

function mayEnter(folder: string, account: Account): boolean {
  const { mode, uid, gid } = statSync(folder)
  if (uid === account.uid) return (mode & 0o100) !== 0
  if (gid === account.gid) return (mode & 0o010) !== 0
  return (mode & 0o001) !== 0
}
