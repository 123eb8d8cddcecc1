import { emitKeypressEvents } from 'node:readline'
import { fit } from './cells.ts'
import { painter } from './paint.ts'
import type { Paint } from './paint.ts'

export type Key = { name: string; text: string; ctrl: boolean }
/** One line of the screen; the style says nothing that the text does not say as well. */
export type Row = string | { style: Parameters<Paint>[0]; text: string }

/** The screen was left by a signal, or the terminal is gone. */
export class ScreenLost extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'ScreenLost'
  }
}

const TICK_MS = 1000
const ENTER = '\u001b[?1049h\u001b[?25l'
const LEAVE = '\u001b[?25h\u001b[?1049l'
const REASONS: Record<string, string> = {
  SIGHUP: 'the terminal was closed',
  SIGTERM: 'asked to end (SIGTERM)',
  SIGINT: 'interrupted',
}

/** A terminal as one page that is drawn again on every key, every second and every change of its size. Restored however the program ends. */
export class FullScreen {
  readonly #input: NodeJS.ReadStream
  readonly #output: NodeJS.WriteStream
  readonly #paint: Paint
  readonly #keys: Key[] = []
  #wake: () => void = () => undefined
  #lost: ScreenLost | undefined
  #isOpen = false

  constructor(input: NodeJS.ReadStream, output: NodeJS.WriteStream) {
    this.#input = input
    this.#output = output
    this.#paint = painter(output)
  }

  get columns(): number {
    return this.#output.columns ?? 80
  }

  get rows(): number {
    return this.#output.rows ?? 24
  }

  open(): void {
    this.#isOpen = true
    process.on('exit', this.close)
    for (const signal of Object.keys(REASONS)) process.on(signal, this.#onSignal)
    emitKeypressEvents(this.#input)
    this.#input.setRawMode(true)
    this.#input.on('keypress', this.#onKey)
    this.#input.on('end', this.#onEnd)
    this.#input.on('error', this.#onEnd)
    this.#output.on('resize', this.#onResize)
    this.#input.resume()
    this.#output.write(ENTER)
  }

  readonly close = (): void => {
    if (!this.#isOpen) return
    this.#isOpen = false
    process.off('exit', this.close)
    for (const signal of Object.keys(REASONS)) process.off(signal, this.#onSignal)
    this.#input.off('keypress', this.#onKey)
    this.#input.off('end', this.#onEnd)
    this.#input.off('error', this.#onEnd)
    this.#output.off('resize', this.#onResize)
    this.#input.pause()
    this.#output.write(LEAVE)
    try {
      this.#input.setRawMode(false)
    } catch (error) {
      // A terminal that is gone cannot be given back.
      if (!(error instanceof Error && 'code' in error)) throw error
    }
  }

  /** Draws until a key is pressed. `tick` is called every second; what it throws is thrown here, as is ScreenLost. */
  async key(draw: () => readonly Row[], tick: () => void): Promise<Key> {
    const timer = setInterval(() => this.#wake(), TICK_MS)
    try {
      for (;;) {
        if (this.#lost) throw this.#lost
        const key = this.#keys.shift()
        if (key) return key
        this.#draw(draw())
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
        tick()
      }
    } finally {
      clearInterval(timer)
      this.#wake = () => undefined
    }
  }

  #draw(rows: readonly Row[]): void {
    const { columns } = this
    const lines = rows.slice(0, this.rows).map((row) => {
      const [style, text] = typeof row === 'string' ? [undefined, row] : [row.style, row.text]
      const shown = fit(text, columns)
      return `${style === undefined ? shown : this.#paint(style, shown)}\u001b[K`
    })
    this.#output.write(`\u001b[H${lines.join('\r\n')}\u001b[J`)
  }

  readonly #onKey = (text: string | undefined, key: { name?: string; ctrl?: boolean } = {}): void => {
    this.#keys.push({ name: key.name ?? text ?? '', text: text ?? '', ctrl: key.ctrl ?? false })
    this.#wake()
  }

  readonly #onResize = (): void => {
    this.#output.write('\u001b[2J')
    this.#wake()
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    this.#lost = new ScreenLost(REASONS[signal] ?? signal)
    this.#wake()
  }

  readonly #onEnd = (): void => {
    this.#lost = new ScreenLost('the terminal was closed')
    this.#wake()
  }
}
