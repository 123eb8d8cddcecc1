import { closeSync, existsSync, openSync, writeSync } from 'node:fs'
import path from 'node:path'
import { redactShown } from './redaction/declared.ts'
import { withoutTyped } from './typing.ts'

/** Ends a recording; nothing is written to its file afterwards. */
export type Recording = { stop: () => void }

/**
 * Keeps what a terminal shows as an asciinema cast (version 2) in the folder of the run, prompts included. Each start of the run has a
 * file of its own. A disk that is full costs the recording, never the run: the journal is what counts.
 */
export function recordTerminal(stream: NodeJS.WriteStream, directory: string, title: string): Recording {
  const descriptor = openFile(directory)
  if (descriptor === undefined) return { stop: () => {} }
  const started = performance.now()
  let open = true
  const keep = (line: unknown): void => {
    try {
      if (open) writeSync(descriptor, `${JSON.stringify(line)}\n`)
    } catch {
      open = false
    }
  }
  keep({
    version: 2,
    width: stream.columns ?? 80,
    height: stream.rows ?? 24,
    timestamp: Math.floor(Date.now() / 1000),
    title,
  })
  const write = stream.write.bind(stream)
  const tee: typeof stream.write = (chunk: Uint8Array | string, ...rest: never[]) => {
    const shown = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
    const text = redactShown(withoutTyped(shown))
    keep([(performance.now() - started) / 1000, 'o', text.replace(/(?<!\r)\n/g, '\r\n')])
    return write(chunk, ...rest)
  }
  stream.write = tee
  return {
    stop: () => {
      if (stream.write === tee) stream.write = write
      open = false
      closeSync(descriptor)
    },
  }
}

function openFile(directory: string): number | undefined {
  try {
    return openSync(nextFile(directory), 'wx', 0o600)
  } catch {
    return undefined
  }
}

/** `terminal.cast`, `terminal-2.cast` … */
function nextFile(directory: string): string {
  for (let number = 1; ; number += 1) {
    const file = path.join(directory, number === 1 ? 'terminal.cast' : `terminal-${number}.cast`)
    if (!existsSync(file)) return file
  }
}
