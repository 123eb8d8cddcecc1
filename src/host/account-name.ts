import { userInfo } from 'node:os'

/** Who this process runs as; an account that the machine has no entry for goes by its number. */
export function accountName(): string {
  try {
    return userInfo().username
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`
  }
}
