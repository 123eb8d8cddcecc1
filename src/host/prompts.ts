import { stepState } from '../journal/fold.ts'
import { mayHaveUndone } from '../journal/undone.ts'
import { formatDuration } from '../model/duration.ts'
import type { Decision, Executable, Inform, Step } from '../model/runbook.ts'
import type {
  ApprovalReply,
  Barred,
  FailureAnswer,
  Operator,
  Session,
  RollbackAnswer,
  SettleAnswer,
  StepAnswer,
  WaitingApproval,
} from '../runner/ports.ts'
import { isManual } from '../steps/step/run.ts'
import {
  approvalChoices,
  looksLikeAnswer,
  requestLines,
  spokenLines,
  validText,
  waitingText,
} from './approval-screen.ts'
import { beginning, dangerOf } from './danger.ts'
import { dependentLines, rollbackLines } from './outlook.ts'
import type { TerminalScreen } from './screen.ts'
import { stepPrompt } from './step-prompt.ts'
import type { KeyChoice, StepPromptConfig } from './step-prompt.ts'
import { wrap } from './text.ts'
import { forgetTypedAhead } from './typed-ahead.ts'
import { typing, whileTyping } from './typing.ts'

/** What prompts can show that the runner does not know. */
export type Lookups = {
  contacts: (session: Session, role: string | undefined) => Promise<string[]>
  /** What a step would execute, resolved; nothing is executed. */
  dryRun: (node: Executable, session: Session) => string[]
  /** What happened, what the node printed, and where all of it is kept. */
  log: (node: Executable, session: Session) => Promise<string[]>
}

/** What was chosen, and why where that is asked. */
type Answer = { value: string; reason: string }

type Streams = { output: NodeJS.WriteStream; signal: AbortSignal }

const SHOWING: readonly KeyChoice[] = [
  { key: 'd', label: 'dry-run', value: 'dry-run' },
  { key: 'v', label: 'view the script', value: 'show' },
  { key: 'n', label: 'note', value: 'note' },
  { key: 'c', label: 'contacts', value: 'contacts' },
]
const LEAVING: readonly KeyChoice[] = [
  { key: 's', label: 'skip', value: 'skip' },
  { key: 'b', label: 'roll back', value: 'roll-back' },
  { key: 'p', label: 'pause', value: 'pause' },
  { key: '?', label: 'help', value: 'help' },
]
const LOG: KeyChoice = { key: 'l', label: 'log', value: 'log' }

/** Choices that need a reason; without one they are taken back. */
const WHY: Record<string, string> = {
  skip: 'Why is it skipped?',
  'roll-back': 'Why is it rolled back?',
  settled: 'How do you know?',
  undone: 'How do you know?',
  keep: 'Why is it kept?',
  'go-on': 'Why is nothing undone?',
}

/** Each fits on a line of 80 columns beside its letter and its name. */
const HELP: Record<string, string> = {
  run: 'do it: check, run, verify; every outcome is recorded',
  send: 'send the message above',
  begin: 'you begin; you are asked again when it is done',
  done: 'you have done it by hand',
  settled: 'you have seen that it did its work; asks how you know',
  retry: 'try the step again from its checks',
  skip: 'leave the step out; asks why, and records it',
  'dry-run': 'what would run, sql with its values; executes nothing',
  show: 'print the exact commands',
  note: 'write a line into the journal',
  contacts: 'who to call',
  log: 'what happened, what it printed, where it is kept',
  phone: 'the request in groups, to read out on a telephone',
  renew: 'a new request; earlier answers no longer count',
  undo: 'undo it now, by what the dry-run shows',
  undone: 'you have seen that it is undone; asks how you know',
  keep: 'leave it; asks why, goes on with the step before',
  'go-on': 'nothing is known to be undone: leave the rollback; asks why',
  'roll-back': 'show what can be undone, ask, undo it last first',
  pause: 'stop here; prints how to resume',
}

/** Called whenever the line is drawn: the only place where inquirer says what is being typed. */
function telling(text: string, { isFinal }: { isFinal: boolean }): string {
  typing(isFinal ? '' : text)
  return text
}

/** A person at a terminal. Every answer that changes something is one they gave on purpose. */
export class TerminalOperator implements Operator {
  readonly #screen: TerminalScreen
  readonly #lookups: Lookups
  readonly #streams: Streams
  /** The request for approval that was shown last. */
  #requestShown: number | undefined

  constructor(screen: TerminalScreen, lookups: Lookups, streams: Streams) {
    this.#screen = screen
    this.#lookups = lookups
    this.#streams = streams
  }

  async confirm(node: Exclude<Executable, Decision>, session: Session): Promise<StepAnswer> {
    if (node.kind === 'inform') await this.#showMessage(node, session)
    const steps = beginning(node, session)
    const begin = firstChoice(node)
    const choices = [begin, ...SHOWING, ...LEAVING]
    // What people were told cannot be taken back either.
    const enter = node.kind !== 'inform' && dangerOf(node) === 'safe' ? begin.value : undefined
    const since = session.clock.monotonic()
    for (;;) {
      const text = question(node, steps.length, session)
      const answer = await this.#ask(node, session, text, choices, enter, { since })
      if (answer.value !== begin.value) return leaving(answer)
      if (await this.#reallyDestroy(steps, session)) return { kind: 'run' }
    }
  }

  async #showMessage(inform: Inform, session: Session): Promise<void> {
    const { renderInform } = await import('../steps/inform/run.ts')
    const lines = renderInform(inform, session)
      .split('\n')
      .flatMap((line) => wrap(line, this.#screen.width - 4))
    for (const line of lines) this.#screen.line(`  ┃ ${line}`)
  }

  async performed(step: Step, session: Session): Promise<StepAnswer> {
    const choices = [{ key: 'y', label: 'done, go on', value: 'done' }, ...SHOWING, ...LEAVING]
    const answer = await this.#ask(step, session, 'Done by hand?', choices, undefined)
    return answer.value === 'done' ? { kind: 'run' } : leaving(answer)
  }

  async decide(decision: Decision, session: Session): ReturnType<Operator['decide']> {
    for (const choice of decision.choices) {
      this.#screen.sentence(`  ${choice.value}: ${choice.title}`)
      for (const line of wrap(choice.prose, this.#screen.width - 6)) this.#screen.line(`      ${line}`)
    }
    const choices = decision.choices.map((choice, index) => ({
      key: String(index + 1),
      label: choice.value,
      value: `choice:${choice.value}`,
      word: choice.value,
    }))
    const answer = await this.#ask(
      decision,
      session,
      'Which?',
      [...choices, ...SHOWING, ...LEAVING],
      undefined,
    )
    const { value } = answer
    if (value.startsWith('choice:')) return { kind: 'choice', choice: value.slice('choice:'.length) }
    return leaving(answer)
  }

  async failed(step: Step, reason: string, session: Session): Promise<FailureAnswer> {
    this.#screen.failure(step.id, 'failed', reason)
    const choices = [{ key: 't', label: 'try again', value: 'retry' }, LOG, ...SHOWING, ...LEAVING]
    const answer = await this.#ask(step, session, 'What now?', choices, undefined)
    if (answer.value !== 'retry') return leaving(answer)
    if (await this.#reallyDestroy([step], session)) return { kind: 'retry' }
    return await this.failed(step, reason, session)
  }

  async settle(step: Step, reason: string, session: Session): Promise<SettleAnswer> {
    this.#screen.sentence(`  It is not known whether ${step.id} did its work: ${reason}`)
    this.#screen.line('  Look for yourself before you answer; trying again repeats it.')
    const choices = [
      { key: 'y', label: 'it is done', value: 'settled' },
      { key: 't', label: 'it is not: try again', value: 'retry' },
      LOG,
      ...SHOWING,
      ...LEAVING,
    ]
    for (;;) {
      const answer = await this.#ask(step, session, 'Was it done?', choices, undefined)
      if (answer.value === 'settled') return { kind: 'done', reason: answer.reason }
      if (answer.value !== 'retry') return leaving(answer)
      if (await this.#reallyDestroy([step], session)) return { kind: 'retry' }
    }
  }

  async confirmRollback(step: Step, doubt: string | undefined, session: Session): Promise<RollbackAnswer> {
    this.#screen.line()
    this.#screen.sentence(`Roll back: ${step.title}  ${step.id}${this.#screen.dangerTag(step)}`)
    if (doubt !== undefined) {
      this.#screen.sentence(`  It is not known whether ${step.id} is undone: ${doubt}`)
      this.#screen.line('  Look for yourself before you answer; rolling back repeats it.')
    }
    const failed = failedRollback(step, session)
    if (failed !== undefined) this.#screen.failure(step.id, 'rollback failed', failed)
    const choices = [
      { key: 'r', label: 'roll back', value: 'undo' },
      ...(doubt === undefined ? [] : [{ key: 'y', label: 'it is undone', value: 'undone' }]),
      { key: 'k', label: 'keep as it is', value: 'keep' },
      ...(mayHaveUndone(session.state) || doubt !== undefined
        ? []
        : [{ key: 'g', label: 'go on with the run', value: 'go-on' }]),
      ...(failed === undefined ? [] : [LOG]),
      ...SHOWING,
      { key: 'p', label: 'pause', value: 'pause' },
      { key: '?', label: 'help', value: 'help' },
    ]
    // What is shown is what would undo it, not what it did.
    const undoing = { ...step, fences: step.fences.filter(({ role }) => role === 'rollback') }
    for (;;) {
      const { value, reason } = await this.#ask(undoing, session, 'Undo this step?', choices, undefined)
      if (value === 'undone' || value === 'keep' || value === 'go-on') return { kind: value, reason }
      if (value !== 'undo') return { kind: 'pause', reason: 'paused by the operator' }
      // What undoes a destructive step is as dangerous as the step.
      if (await this.#reallyDestroy([step], session, 'Undoing this')) return { kind: 'run' }
    }
  }

  async approval(waiting: WaitingApproval, session: Session): Promise<ApprovalReply> {
    const { step, problem, number } = waiting
    if (this.#requestShown !== number) this.#printWrapped(requestLines(waiting))
    this.#requestShown = number
    if (problem !== undefined) this.#screen.sentence(`  Refused: ${problem}`)
    const choices = approvalChoices(waiting, [...SHOWING, ...LEAVING])
    const values = new Set(choices.map(({ value }) => value))
    for (;;) {
      const answer = await this.#ask(step, session, waitingText(waiting), choices, undefined, {
        accepts: looksLikeAnswer,
        look: waiting.look,
        clock: () => validText(waiting, session.clock.now()),
      })
      if (!values.has(answer.value)) return { kind: 'answer', text: answer.value }
      if (answer.value === 'renew') return { kind: 'renew' }
      if (answer.value !== 'phone') return leaving(answer)
      this.#printWrapped(spokenLines(waiting, session))
    }
  }

  async barred(
    node: Executable,
    { reason, contacts }: Barred,
    session: Session,
  ): ReturnType<Operator['barred']> {
    this.#printWrapped([reason, ...contacts, 'Hand over: pause, and let them resume with --operator.'])
    const choices = [...SHOWING, ...LEAVING.filter(({ value }) => value === 'pause' || value === 'help')]
    await this.#ask(node, session, 'You may look and take notes; pausing hands over.', choices, undefined)
    return { kind: 'pause', reason }
  }

  /** Asks until the answer is one that leads on, with its reason; what only shows something is answered here. */
  async #ask(
    node: Executable,
    session: Session,
    message: string,
    choices: readonly KeyChoice[],
    enter: string | undefined,
    { since = session.clock.monotonic(), ...more }: Partial<StepPromptConfig> & { since?: number } = {},
  ): Promise<Answer> {
    for (;;) {
      this.#screen.rest()
      const expectMs = 'expectMs' in node ? node.expectMs : undefined
      const clock = (): string => this.#screen.clock(session, { since, expectMs })
      forgetTypedAhead()
      const value = await whileTyping(stepPrompt({ message, clock, choices, enter, ...more }, this.#streams))
      if (await this.#shows(value, node, session, choices)) {
        // What was shown may have taken it off the screen.
        this.#screen.heading(node, session)
        continue
      }
      if (value === 'roll-back' && !(await this.#wantsRollback(session))) continue
      if (value === 'skip' && node.kind === 'decision')
        this.#printWrapped(dependentLines(node, session.runbook))
      const why = WHY[value]
      const reason = why === undefined ? '' : await this.#words(why)
      if (reason !== undefined) return { value, reason }
    }
  }

  /** Shows what was asked for; false when the answer leads on. */
  async #shows(
    answer: string,
    node: Executable,
    session: Session,
    choices: readonly KeyChoice[],
  ): Promise<boolean> {
    switch (answer) {
      case 'dry-run':
        this.#print(this.#lookups.dryRun(node, session))
        return true
      case 'show':
        this.#print(scriptsOf(node))
        return true
      case 'note':
        await this.#note(node, session)
        return true
      case 'contacts':
        this.#printWrapped(await this.#lookups.contacts(session, 'role' in node ? node.role : undefined))
        return true
      case 'log':
        this.#print(await this.#lookups.log(node, session))
        return true
      case 'help':
        this.#print(helpLines(choices))
        return true
      default:
        return false
    }
  }

  async #note(node: Executable, session: Session): Promise<void> {
    const text = await this.#words('Note:')
    if (text === undefined) return
    session.record({ event: 'note-added', step: node.id, text })
    session.commit()
  }

  /** Once something is undone nothing leads back from a rollback: what it would do is shown before it is asked for once more. */
  async #wantsRollback(session: Session): Promise<boolean> {
    const tag = (step: Step): string => this.#screen.dangerTag(step)
    const { possible, lines } = rollbackLines(session.runbook, session.state, tag)
    this.#printWrapped(lines)
    return possible && (await this.#saysYes('Begin the rollback?'))
  }

  /** In a protected environment the name of each thing that is destroyed is typed; elsewhere a plain no is the default. */
  async #reallyDestroy(steps: readonly Step[], session: Session, alone = 'This'): Promise<boolean> {
    const destructive = steps.filter(({ danger }) => danger === 'destructive')
    if (destructive.length === 0) return true
    // One that stands alone needs no name: its heading is above.
    const names = destructive.map(({ id }) => (steps.length > 1 ? id : alone))
    if (!session.environment.protected) return await this.#saysYes(destructiveText(destructive, names))
    for (const [index, step] of destructive.entries())
      if (!(await this.#typesTarget(step, names[index] ?? step.id, session))) return false
    return true
  }

  async #saysYes(message: string): Promise<boolean> {
    return /^y(es)?$/i.test(await this.#text(`${message} (y/N)`))
  }

  async #typesTarget(step: Step, what: string, session: Session): Promise<boolean> {
    const name = step.target ?? session.runbook.service
    const typed = await this.#text(
      `${what} is destructive and ${session.environment.name} is protected. Type ${name} to go on:`,
    )
    if (typed === name) return true
    this.#screen.line(`  That is not ${name}: nothing was done.`)
    return false
  }

  /** Every question but that of a step: loaded when the first one is asked. */
  async #inquirer() {
    const { createPromptModule } = await import('inquirer')
    forgetTypedAhead()
    return createPromptModule(this.#streams)
  }

  async #text(message: string): Promise<string> {
    const inquirer = await this.#inquirer()
    const { text } = await whileTyping(
      inquirer<{ text: string }>([{ type: 'input', name: 'text', message, transformer: telling }]),
    )
    return text.trim()
  }

  /** A few words, or undefined for the way back. */
  async #words(message: string): Promise<string | undefined> {
    const text = await this.#text(`${message} (Enter alone goes back)`)
    return text === '' ? undefined : text
  }

  #printWrapped(lines: readonly string[]): void {
    // A command stays in one piece, to be copied.
    this.#print(
      lines.flatMap((line) => (line.startsWith('npm run ') ? [line] : wrap(line, this.#screen.width - 4))),
    )
  }

  #print(lines: readonly string[]): void {
    this.#screen.line()
    for (const line of lines) this.#screen.line(`  ${line}`)
    this.#screen.line()
  }
}

function leaving({ value, reason }: Answer): Exclude<StepAnswer, { kind: 'run' }> {
  if (value === 'skip' || value === 'roll-back') return { kind: value, reason }
  return { kind: 'pause', reason: 'paused by the operator' }
}

function helpLines(choices: readonly KeyChoice[]): string[] {
  return choices
    .filter(({ value }) => value !== 'help')
    .map(({ key, label, value }) => `${key}  ${label.padEnd(20)} ${HELP[value] ?? ''}`)
}

/** What the first key does, and is called. */
function firstChoice(node: Exclude<Executable, Decision>): KeyChoice {
  if (node.kind === 'inform') return { key: 'r', label: 'send it', value: 'send' }
  if (node.kind === 'step' && isManual(node)) return { key: 'r', label: 'begin', value: 'begin' }
  return { key: 'r', label: 'run', value: 'run' }
}

function question(node: Exclude<Executable, Decision>, left: number, session: Session): string {
  if (node.kind === 'inform') return `Tell ${node.audience}?`
  if (node.kind === 'parallel')
    return left === node.steps.length
      ? `Run these ${left} steps at the same time?`
      : `Run what is left of these ${node.steps.length} steps (${left}) at the same time?`
  const expected = node.expectMs === undefined ? '' : ` (about ${formatDuration(node.expectMs)})`
  if (['running', 'unknown'].includes(stepState(session.state, node.id).status))
    return 'This step was interrupted. Go on with what is left of it?'
  return `${isManual(node) ? 'Begin this step by hand' : 'Run this step'}${expected}?`
}

function destructiveText(steps: readonly Step[], names: readonly string[]): string {
  const sentences = steps.map(
    ({ target }, index) => `${names[index]} is destructive${target === undefined ? '' : ` for ${target}`}.`,
  )
  return `${sentences.join(' ')} Go on?`
}

/** Why it could not be undone the last time. */
function failedRollback({ id }: Step, { state }: Session): string | undefined {
  const last = stepState(state, id).fences.findLast(({ role }) => role === 'rollback')
  const outcome = last?.outcome
  return outcome === undefined || outcome.kind === 'ok' || outcome.kind === 'unknown'
    ? undefined
    : outcome.reason
}

/** The executable text of a node, as the page shows it. */
export function scriptsOf(node: Executable): string[] {
  const all = node.kind === 'parallel' ? node.steps : node.kind === 'step' ? [node] : []
  if (all.length === 0) return ['This runs nothing.']
  return all.flatMap((step) =>
    step.fences.flatMap((fence) => [
      `── ${fence.role} (${fence.lang}) ${fence.script ?? ''}${fence.on === undefined ? '' : ` on ${fence.on}`}`,
      ...fence.code.split('\n'),
      '',
    ]),
  )
}
