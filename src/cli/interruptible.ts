/** Ctrl-C, a terminal that goes away and a polite kill all undo what was begun; undefined then. */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  say: (line: string) => void,
): Promise<T | undefined> {
  const interrupted = new AbortController()
  const stop = (name: NodeJS.Signals): void => {
    if (!interrupted.signal.aborted) say(`${name}: ending what was started`)
    interrupted.abort(new Error(`interrupted by ${name}`))
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of signals) process.on(name, stop)
  try {
    return await work(interrupted.signal)
  } catch (error) {
    if (!interrupted.signal.aborted) throw error
    return undefined
  } finally {
    for (const name of signals) process.off(name, stop)
  }
}
