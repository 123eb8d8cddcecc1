import type { FullScreen, Key, Row } from '../../host/full-screen.ts'
import { letters, wrapCells } from '../../host/cells.ts'

/** Questions on the console: one line at the bottom, a list, a page. Esc takes any of them back. */
export class Dialog {
  readonly #screen: FullScreen
  readonly #draw: (prompt: string) => readonly Row[]
  readonly #tick: () => void

  constructor(screen: FullScreen, draw: (prompt: string) => readonly Row[], tick: () => void) {
    this.#screen = screen
    this.#draw = draw
    this.#tick = tick
  }

  async key(prompt: string): Promise<Key> {
    return await this.#screen.key(() => this.#draw(prompt), this.#tick)
  }

  /** One line of text; undefined when it was taken back. Empty only when it may be. */
  async ask(label: string, mayBeEmpty = false): Promise<string | undefined> {
    let typed = ''
    for (;;) {
      const key = await this.key(this.#promptLine(label, typed))
      if (isLeave(key)) return undefined
      if (key.name === 'return' || key.name === 'enter') {
        if (typed.trim() !== '' || mayBeEmpty) return typed.trim()
      } else typed = edited(typed, key)
    }
  }

  /** The end of what was typed stays in view. */
  #promptLine(label: string, typed: string): string {
    const room = Math.max(10, this.#screen.columns - label.length - 5)
    const all = letters(typed)
    const shown = all.length > room ? `…${all.slice(all.length - room + 1).join('')}` : typed
    return `${label} › ${shown}_`
  }

  /** One of these letters; undefined when it was taken back. */
  async letter<T extends string>(label: string, wanted: readonly T[]): Promise<T | undefined> {
    for (;;) {
      const key = await this.key(label)
      if (isLeave(key)) return undefined
      const chosen = wanted.find((letter) => letter.toLowerCase() === key.text.toLowerCase())
      if (chosen !== undefined) return chosen
    }
  }

  /** One of a list, by arrows or by its number, and Enter. */
  async choose(label: string, options: readonly string[]): Promise<number | undefined> {
    let at = 0
    for (;;) {
      const key = await this.#screen.key(() => this.#list(label, options, at), this.#tick)
      if (isLeave(key)) return undefined
      if (key.name === 'up') at = Math.max(0, at - 1)
      else if (key.name === 'down') at = Math.min(options.length - 1, at + 1)
      else if (key.name === 'return' || key.name === 'enter') return at
      else if (/^[1-9]$/.test(key.text) && Number(key.text) <= options.length) at = Number(key.text) - 1
    }
  }

  #list(label: string, options: readonly string[], at: number): Row[] {
    const room = this.#screen.rows - 4
    const from = Math.max(0, Math.min(at - Math.floor(room / 2), options.length - room))
    return [
      { style: ['inverse', 'bold'], text: ` EXERCISE  ${label} ` },
      '',
      ...options
        .slice(from, from + room)
        .map((option, index): Row =>
          from + index === at
            ? { style: 'bold', text: `> ${from + index + 1}  ${option}` }
            : `  ${from + index + 1}  ${option}`,
        ),
      '',
      'Arrows or a number, then Enter. Esc takes it back.',
    ]
  }

  /** A text that is longer than the screen. */
  async page(lines: (columns: number) => readonly string[]): Promise<void> {
    let from = 0
    for (;;) {
      const all = lines(this.#screen.columns)
      const room = this.#screen.rows - 2
      const last = Math.max(0, all.length - room)
      from = Math.min(from, last)
      const at = from
      const key = await this.#screen.key(
        () => [
          { style: ['inverse', 'bold'], text: ' EXERCISE ' },
          ...all.slice(at, at + room),
          ...Array<Row>(Math.max(0, room - all.length)).fill(''),
          at < last ? 'Arrows and space scroll, q goes back.' : 'q goes back.',
        ],
        this.#tick,
      )
      if (isLeave(key) || key.name === 'q' || key.name === 'return') return
      if (key.name === 'up') from = Math.max(0, from - 1)
      else if (key.name === 'down') from += 1
      else if (key.name === 'space' || key.name === 'pagedown') from += room
      else if (key.name === 'pageup') from = Math.max(0, from - room)
    }
  }

  async text(text: string): Promise<void> {
    await this.page((columns) =>
      text.split('\n').flatMap((line) => (line === '' ? [''] : wrapCells(line, columns))),
    )
  }
}

function isLeave({ name, ctrl }: Key): boolean {
  return name === 'escape' || (ctrl && name === 'c')
}

function edited(typed: string, key: Key): string {
  if (key.name === 'backspace') return letters(typed).slice(0, -1).join('')
  if (key.ctrl && key.name === 'u') return ''
  if (key.ctrl && key.name === 'w') return typed.replace(/\S+\s*$/, '')
  // A key that moves or commands has a text that begins with a control character.
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  return key.ctrl || /^[\u0000-\u001f\u007f]/.test(key.text) ? typed : typed + key.text
}
