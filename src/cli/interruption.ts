import { EXIT } from '../model/exit-code.ts'
import type { Interruption } from '../runner/ports.ts'

/** A terminal sends a signal to the whole group, and npm passes it on once more: two within this time are one. */
const SAME_MS = 400

/** A question was left by Ctrl-C, by a signal, or by closing the terminal, which readline then cannot give back. */
export function leftQuestion(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const isLost = 'syscall' in error && error.syscall === 'setRawMode'
  return isLost || ['ExitPromptError', 'AbortPromptError'].includes(error.name)
}

/** Some of this is thrown where nobody can catch it; the signal that comes with it pauses the run. */
function survivesLostTerminal(error: Error): void {
  if (leftQuestion(error)) return
  console.error(error)
  process.exit(EXIT.failed.code)
}

/**
 * Signals become requests: the first SIGINT, SIGTERM and SIGHUP let the step end and pause the run; a second SIGINT also ends the
 * step. `stop` is called then; `release` frees a prompt that is waiting.
 */
export function listenForSignals(
  stop: () => void,
  release: () => void,
  say: (line: string) => void,
): { interruption: Interruption; pause: (reason: string) => void; dispose: () => void } {
  const interruption: Interruption = { requested: 'no', reason: '' }
  let last = Number.NEGATIVE_INFINITY
  const onInterrupt = (): void => {
    const now = performance.now()
    if (now - last < SAME_MS) return
    last = now
    if (interruption.requested === 'no') {
      Object.assign(interruption, { requested: 'pause', reason: 'interrupted by the operator' })
      say('Pausing when this step has ended. Press Ctrl-C again to stop the step.')
    } else {
      Object.assign(interruption, { requested: 'stop', reason: 'the step was stopped by the operator' })
      say('Stopping the step.')
      stop()
    }
    release()
  }
  const pause = (reason: string): void => {
    if (interruption.requested === 'no') Object.assign(interruption, { requested: 'pause', reason })
    release()
  }
  const onEnd = (signal: NodeJS.Signals): void =>
    pause(signal === 'SIGHUP' ? 'the terminal was closed' : 'asked to end (SIGTERM)')
  const handlers = { SIGINT: onInterrupt, SIGTERM: onEnd, SIGHUP: onEnd }
  for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler)
  process.on('uncaughtException', survivesLostTerminal)
  const dispose = (): void => {
    for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler)
    process.off('uncaughtException', survivesLostTerminal)
  }
  return { interruption, pause, dispose }
}
