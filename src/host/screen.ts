import { stripVTControlCharacters } from 'node:util'
import { runElapsedMs } from '../journal/fold.ts'
import type { JournalEvent } from '../model/event.ts'
import { formatDuration } from '../model/duration.ts'
import { printableInColour } from '../model/printable.ts'
import type { Executable, Fence, Step } from '../model/runbook.ts'
import { DANGER_MARKS, executables } from '../model/runbook.ts'
import type { Screen, Session } from '../runner/ports.ts'
import { dangerOf } from './danger.ts'
import { redactShown } from './redaction/declared.ts'
import { painter } from './paint.ts'
import type { Paint } from './paint.ts'
import { clockText, columnsOf, printable, wrap, wrapLine } from './text.ts'

const REFRESH_MS = 500

/** Shows a run as lines of text, with one line at the bottom that counts the time while something runs. */
export class TerminalScreen implements Screen {
  readonly #stream: NodeJS.WriteStream
  readonly #paint: Paint
  readonly #rtoMs: number | undefined
  #ticker: NodeJS.Timeout | undefined
  #status = ''
  #running: { step: Step; since: number; role: string } | undefined
  #waiting = ''
  #lineOpen = false
  /** The step whose output was shown last, where several run at the same time. */
  #speaker: string | undefined
  #session: Session | undefined
  /** The step whose failure was told last, until another step is shown. */
  #failed: string | undefined

  constructor(stream: NodeJS.WriteStream, rtoMs: number | undefined) {
    this.#stream = stream
    this.#paint = painter(stream)
    this.#rtoMs = rtoMs
  }

  get width(): number {
    return Math.min(columnsOf(this.#stream), 100)
  }

  line(text = ''): void {
    this.#clearStatus()
    this.#stream.write(`${this.#lineOpen ? '\n' : ''}${printableInColour(redactShown(text))}\n`)
    this.#lineOpen = false
    this.#drawStatus()
  }

  /** A sentence of ours, broken between words where people read it. What may be copied goes through line(). */
  sentence(text: string): void {
    for (const row of this.#stream.isTTY ? wrapLine(text, columnsOf(this.#stream)) : [text]) this.line(row)
  }

  /** How long it has been, against the estimate and the objective. */
  clock(session: Session, step?: { since: number; expectMs: number | undefined }): string {
    const total = runElapsedMs(session.state, session.clock)
    const objective = this.#rtoMs === undefined ? '' : ` of RTO ${formatDuration(this.#rtoMs)}`
    const parts = [`run ${clockText(total)}${objective}`]
    if (step) {
      const expected = step.expectMs === undefined ? '' : ` of ~${formatDuration(step.expectMs)}`
      parts.unshift(`step ${clockText(session.clock.monotonic() - step.since)}${expected}`)
    }
    const late = this.#rtoMs !== undefined && total > this.#rtoMs
    return this.#paint(late ? 'red' : 'dim', parts.join('   '))
  }

  /** What the runbook is for, and when not to use it: for a person who is about to begin. */
  introduce(session: Session): void {
    if (session.unattended || session.state.steps.size > 0) return
    this.line()
    this.sentence(this.#paint('bold', session.runbook.title))
    for (const line of wrap(`${session.runbook.summary}\n\n${session.runbook.intro}`, this.width))
      this.line(this.#emphasise(line))
  }

  node(node: Executable, session: Session): void {
    this.#failed = undefined
    this.#speaker = node.kind === 'parallel' ? node.id : undefined
    this.line()
    this.heading(node, session)
    if (!session.unattended && node.prose !== '')
      for (const line of wrap(node.prose, this.width - 2)) this.line(`  ${this.#emphasise(line)}`)
    if (node.kind === 'parallel')
      for (const step of node.steps)
        this.line(`  ∥ ${step.title}  ${this.#paint('dim', step.id)}${this.#tags(step)}`)
  }

  /** Which node it is, and how dangerous. */
  heading(node: Executable, session: Session): void {
    const all = executables(session.runbook.nodes)
    // A member of a group has the number of the group.
    const position = all.findIndex(
      (other) => other === node || (other.kind === 'parallel' && other.steps.some((step) => step === node)),
    )
    const number = `[${position + 1}/${all.length}]`
    this.sentence(
      `${this.#paint('bold', `${number} ${node.title}`)}  ${this.#paint('dim', node.id)}${this.#tags(node)}`,
    )
  }

  /** What stands between ** is shown bold, as on the page. */
  #emphasise(line: string): string {
    return line.replace(/\*\*([^*]+)\*\*/g, (_, words: string) => this.#paint('bold', words))
  }

  /** What stands beside a title that is dangerous; empty where it is safe. */
  dangerTag(node: Executable): string {
    const danger = dangerOf(node)
    if (danger === 'safe') return ''
    return `  ${this.#paint(danger === 'caution' ? 'yellow' : ['red', 'bold'], DANGER_MARKS[danger])}`
  }

  #tags(node: Executable): string {
    const tags: string[] = []
    if ('role' in node && node.role !== undefined) tags.push(this.#paint('dim', node.role))
    if ('expectMs' in node && node.expectMs !== undefined)
      tags.push(this.#paint('dim', `~${formatDuration(node.expectMs)}`))
    return `${this.dangerTag(node)}${tags.map((tag) => `  ${tag}`).join('')}`
  }

  fence(step: Step, fence: Fence, session: Session, since = session.clock.monotonic()): void {
    this.#session = session
    this.#waiting = ''
    this.#running = { step, since, role: fence.role }
    const place = fence.script ?? `${fence.place.file}:${fence.place.line}`
    const what = this.#speaker === undefined ? place : `${place}  ${step.id}`
    this.line(
      `  ${this.#paint('cyan', fence.role.padEnd(8))} ${this.#paint('dim', `${fence.lang}  ${what}`)}`,
    )
    this.#startTicking()
  }

  output(step: Step, _fence: Fence, chunk: string): void {
    this.#clearStatus()
    const isNew = this.#speaker !== undefined && this.#speaker !== step.id
    const bar = this.#paint('dim', this.#speaker === undefined ? '  │ ' : `  │ ${step.id}: `)
    // A line that another step has begun is not gone on with.
    let shown = isNew && this.#lineOpen ? '\n' : ''
    if (isNew) {
      this.#speaker = step.id
      this.#lineOpen = false
    }
    for (const [index, part] of printable(chunk).split('\n').entries()) {
      if (index > 0) {
        shown += '\n'
        this.#lineOpen = false
      }
      if (part === '') continue
      shown += this.#lineOpen ? part : `${bar}${part}`
      this.#lineOpen = true
    }
    this.#stream.write(shown)
    if (!this.#lineOpen) this.#drawStatus()
  }

  waiting(_step: Step, reason: string): void {
    this.#waiting = printable(reason).split('\n')[0] ?? ''
    this.#drawStatus()
  }

  event(event: JournalEvent, session: Session): void {
    this.#session = session
    switch (event.event) {
      // Why it failed is told once, with the step's end.
      case 'fence-finished':
        this.#stopTicking()
        return
      case 'step-finished':
        this.#stopTicking()
        this.#failed = undefined
        if (event.result === 'done')
          this.line(
            `  ${this.#paint('green', '✓ done')} ${this.#took(event.step, event.durationMs, session)}`,
          )
        else this.failure(event.step, event.result, event.reason)
        return
      case 'step-skipped':
        this.sentence(`  ${this.#paint('yellow', '– skipped')} ${event.step}: ${event.reason}`)
        return
      case 'decision-made':
        this.line(`  ${this.#paint('green', '✓ decided')} ${event.choice}`)
        return
      case 'identity-proved':
        this.line(`  ${this.#paint('green', '✓')} you are ${event.person}, by the key ${event.key}`)
        return
      case 'approval-given':
        this.line(`  ${this.#paint('green', '✓ approved')} by ${event.approver}`)
        return
      case 'approval-waived':
        this.sentence(`  ${this.#paint('yellow', '– not approved by anyone else')}: ${event.reason}`)
        return
      case 'inform-written':
        this.line(`  ${this.#paint('green', '✓ written')} ${event.file}`)
        return
      case 'inform-queued':
        this.line(`  ${this.#paint('green', '✓ queued')} for ${event.channels.join(', ')}; sent aside`)
        return
      case 'step-rollback-finished':
        this.sentence(
          `  ${event.result === 'failed' ? this.#paint('red', '✗ rollback failed') : this.#paint('green', `✓ ${event.result}`)} ${event.step} ${event.reason}`,
        )
        return
      default:
    }
  }

  /** Why a step failed, unless it stands there already. */
  failure(id: string, result: string, reason: string): void {
    if (this.#failed !== id) this.sentence(`  ${this.#paint('red', `✗ ${result}`)} ${id}: ${reason}`)
    this.#failed = id
  }

  /** Ends the line that counts the time; called before a prompt and at the end. */
  rest(): void {
    this.#stopTicking()
    if (this.#lineOpen) this.line()
  }

  #took(id: string, durationMs: number, session: Session): string {
    const step = executables(session.runbook.nodes)
      .flatMap((node) => (node.kind === 'parallel' ? node.steps : [node]))
      .find((node) => node.id === id)
    const expected =
      step && 'expectMs' in step && step.expectMs !== undefined ? ` of ~${formatDuration(step.expectMs)}` : ''
    return this.#paint('dim', `${id}  ${formatDuration(durationMs)}${expected}`)
  }

  #startTicking(): void {
    if (!this.#stream.isTTY) return
    this.#ticker ??= setInterval(() => this.#drawStatus(), REFRESH_MS)
  }

  #stopTicking(): void {
    clearInterval(this.#ticker)
    this.#ticker = undefined
    this.#running = undefined
    this.#clearStatus()
  }

  #drawStatus(): void {
    if (!this.#stream.isTTY || !this.#running || !this.#session || this.#lineOpen) return
    this.#clearStatus()
    const { step, since } = this.#running
    const waiting = this.#waiting === '' ? '' : `   waiting: ${this.#waiting}`
    const status = `  ⧗ ${this.clock(this.#session, { since, expectMs: step.expectMs })}${waiting}`
    // A line that wraps could not be taken back.
    const room = columnsOf(this.#stream) - 1
    const plain = stripVTControlCharacters(status)
    this.#status = plain.length <= room ? status : plain.slice(0, room)
    this.#stream.write(this.#status)
  }

  #clearStatus(): void {
    if (this.#status !== '') this.#stream.write('\r\u001b[2K')
    this.#status = ''
  }
}
