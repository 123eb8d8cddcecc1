import { closeSync, constants, openSync, readSync } from 'node:fs'

const CHUNK = Buffer.alloc(4096)

/** Forgets what was typed before the question that comes now was on the screen: it answers nothing that nobody has read. */
export function forgetTypedAhead(): void {
  const { stdin } = process
  if (!stdin.isTTY) return
  const { isRaw } = stdin
  // A line that is not finished yet can only be read in this mode.
  stdin.setRawMode(true)
  try {
    // Opened anew: the mode in which nobody waits belongs to an opened file, not to the terminal.
    const terminal = openSync('/dev/stdin', constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      while (readSync(terminal, CHUNK) > 0);
    } finally {
      closeSync(terminal)
    }
  } catch {
    // There is nothing more (EAGAIN), or the terminal belongs to somebody else (after su): the question is asked all the same.
  } finally {
    stdin.setRawMode(isRaw)
  }
}
