/** How long output may wait for more: nobody sees it, and a message less is a moment less that the next step waits. */
const MOMENT_MS = 2

/** Puts together what is printed within a moment: every message wakes the runner. */
export class OutputBatch {
  readonly #send: (text: string) => void
  #text = ''
  #timer: NodeJS.Timeout | undefined

  constructor(send: (text: string) => void) {
    this.#send = send
  }

  add = (text: string): void => {
    this.#text += text
    this.#timer ??= setTimeout(() => this.#send(this.take()), MOMENT_MS)
  }

  /** What has not been sent. */
  take(): string {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const text = this.#text
    this.#text = ''
    return text
  }
}
