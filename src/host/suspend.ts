let isResumed = false

/**
 * Ctrl-Z stops the whole command line and `fg` brings it back. Left alone, a question would stop this process and not the npm that
 * started it, and the terminal would hang.
 */
export function suspendTogether(): void {
  process.on('SIGTSTP', suspend)
}

function suspend(): void {
  const isReading = process.stdin.readableFlowing === true
  process.off('SIGTSTP', suspend)
  process.kill(0, 'SIGTSTP')
  // Here it goes on: in the foreground again, or at once where there is no shell that could bring it back.
  process.on('SIGTSTP', suspend)
  // The question that was left has paused its input when it hears this.
  if (isReading) process.once('SIGCONT', resumeReading)
  process.kill(process.pid, 'SIGCONT')
}

function resumeReading(): void {
  isResumed = true
  process.stdin.resume()
}

/** At the end of a command: a question that was suspended takes its input for paused, and leaves it open. */
export function endReading(): void {
  if (isResumed) process.stdin.pause()
}
