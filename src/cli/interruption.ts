import { isatty } from 'node:tty'
import { EXIT } from '../model/exit-code.ts'
import { OperatorError } from '../model/problem.ts'
import type { Interruption } from '../runner/ports.ts'

/** A terminal sends a signal to the whole group, and npm passes it on once more: two within this time are one. */
const SAME_MS = 400

/** A question was left by Ctrl-C, by a signal, or by closing the terminal, which readline then cannot give back. */
export function leftQuestion(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const isLost = 'syscall' in error && error.syscall === 'setRawMode'
  return isLost || ['ExitPromptError', 'AbortPromptError'].includes(error.name)
}

/** What was asked for; where the question is left, the command ends and says what has not happened. */
export async function unlessLeft<T>(asking: Promise<T>, words: string): Promise<T> {
  try {
    return await asking
  } catch (error) {
    throw leftQuestion(error) ? new OperatorError('interrupted', { message: words }) : error
  }
}

/** Why a question was left. A terminal that is closed ends the question at once, and its signal may come after that. */
export function reasonLeft({ reason }: Interruption): string {
  if (reason !== '') return reason
  return isatty(0) ? 'left at a prompt (Ctrl-C)' : TERMINAL_CLOSED
}

const TERMINAL_CLOSED = 'the terminal was closed'

/**
 * Signals become requests: the first SIGINT, SIGTERM and SIGHUP let the step end and pause the run; a second SIGINT also ends the
 * step. `stop` is called then, and returns what to say where it cannot be ended from here; `release` frees a prompt that is waiting.
 */
export function listenForSignals(
  stop: () => string | undefined,
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
      const impossible = stop()
      const reason = impossible === undefined ? 'the step was stopped by the operator' : interruption.reason
      Object.assign(interruption, { requested: 'stop', reason })
      say(impossible ?? 'Stopping the step.')
    }
    release()
  }
  const pause = (reason: string): void => {
    if (interruption.requested === 'no') Object.assign(interruption, { requested: 'pause', reason })
    release()
  }
  const onEnd = (signal: NodeJS.Signals): void =>
    pause(signal === 'SIGHUP' ? TERMINAL_CLOSED : 'asked to end (SIGTERM)')
  const unheed = heedLostTerminal(() => pause(TERMINAL_CLOSED))
  const handlers = { SIGINT: onInterrupt, SIGTERM: onEnd, SIGHUP: onEnd }
  for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler)
  const dispose = (): void => {
    for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler)
    unheed()
  }
  return { interruption, pause, dispose }
}

/** For questions outside of a run: aborted by what ends a question but Ctrl-C, which the question hears itself. */
export function endOfQuestions(): AbortSignal {
  const ended = new AbortController()
  const abort = (): void => ended.abort()
  for (const signal of ['SIGHUP', 'SIGTERM'] as const) process.once(signal, abort)
  heedLostTerminal(abort)
  return ended.signal
}

/**
 * What comes of a terminal that is closed at a question is thrown where nobody can catch it; a session of its own gets no signal with
 * it. Returns how to heed it no more.
 */
function heedLostTerminal(leave: () => void): () => void {
  const onLost = (error: Error): void => {
    if (leftQuestion(error)) return isatty(0) ? undefined : leave()
    console.error(error)
    process.exit(EXIT.failed.code)
  }
  process.on('uncaughtException', onLost)
  return () => process.off('uncaughtException', onLost)
}
