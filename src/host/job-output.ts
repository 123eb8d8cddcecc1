import type { Forwarder } from './forwarder.ts'
import type { JobLog } from './job-log.ts'
import type { Redactor } from './redaction/index.ts'
import { wholeLength } from './utf8.ts'

/** One of the streams of a fence: bytes as they come. */
export type OutputPipe = { push: (chunk: Buffer) => void; end: () => void }

/** Bytes of one stream on their way: secrets are replaced, and every piece that arrives ends with a whole character. */
export function cleanPipe(redactor: () => Redactor, to: (chunk: Buffer) => void): OutputPipe {
  let stream: ReturnType<Redactor['stream']> | undefined
  let held = Buffer.alloc(0)
  const pass = (bytes: Buffer, isLast: boolean): void => {
    const data = held.length === 0 ? bytes : Buffer.concat([held, bytes])
    const length = isLast ? data.length : wholeLength(data)
    held = Buffer.from(data.subarray(length))
    if (length > 0) to(data.subarray(0, length))
  }
  return {
    push: (chunk) => {
      stream ??= redactor().stream()
      pass(stream.push(chunk), false)
    },
    end: () => {
      if (stream) pass(stream.end(), true)
    },
  }
}

/** Where the output of a fence goes, without its secrets: into its log, and to the runner as far as it can be read there. */
export class JobOutput {
  readonly #log: JobLog
  readonly #forwarder: Forwarder
  #toldProblem = false

  constructor(log: JobLog, forwarder: Forwarder) {
    this.#log = log
    this.#forwarder = forwarder
  }

  /** `chunk` holds no secret and ends with a whole character. */
  write = (chunk: Buffer): void => {
    this.#log.write(chunk)
    this.#forwarder.write(chunk)
    if (this.#log.problem === undefined || this.#toldProblem) return
    this.#toldProblem = true
    this.#forwarder.write(
      Buffer.from(`\ndrillbook: this output cannot be kept any more: ${this.#log.problem}\n`),
    )
  }

  end(): void {
    this.#log.end()
    this.#forwarder.end()
  }
}
