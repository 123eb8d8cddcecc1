import type { ExerciseState } from '../../exercise/fold.ts'
import { contingencies, nextInject } from '../../exercise/plan.ts'
import { z } from 'zod'
import { isGap } from '../../model/exercise-gap.ts'
import { FullScreen, ScreenLost } from '../../host/full-screen.ts'
import type { Key } from '../../host/full-screen.ts'
import type { Inject } from '../../model/exercise.ts'
import { RATINGS, criticalTasks } from '../../model/exercise.ts'
import { Dialog } from './dialog.ts'
import { HELP, consoleRows, injectPage, overviewPage } from './screen.ts'
import type { ExerciseSession } from './session.ts'

/** How the facilitator left the console. */
export type Left = 'finished' | 'left'

export type ConsoleOptions = {
  /** Who can own a corrective action: the people of contacts.yaml, by id. */
  people: readonly string[]
  /** A new address of the projector view; undefined when there is none. */
  projector: (() => string) | undefined
}

/** The facilitator's console: one key, one act, one line of the journal. */
export async function runConsole(play: ExerciseSession, options: ConsoleOptions): Promise<Left> {
  const screen = new FullScreen(process.stdin, process.stdout)
  const console = new Console(play, screen, options)
  screen.open()
  try {
    return await console.run()
  } catch (error) {
    if (!(error instanceof ScreenLost)) throw error
    leave(play, error.message)
    return 'left'
  } finally {
    screen.close()
  }
}

function leave(play: ExerciseSession, reason: string): void {
  if (play.state.status === 'running') play.record({ event: 'exercise-paused', reason })
}

/** With the key that goes on from there. */
function resumedWords({ status, released, pauseReason }: ExerciseState): string {
  if (status === 'ended') return 'Resumed. The exercise has ended: f finishes and writes the report.'
  if (released.size === 0) return 'Resumed. Not begun: r releases the first inject and starts the clock.'
  return `Resumed. The clock stands still (${pauseReason}): p goes on.`
}

class Console {
  readonly #play: ExerciseSession
  readonly #dialog: Dialog
  readonly #options: ConsoleOptions
  #message: string

  constructor(play: ExerciseSession, screen: FullScreen, options: ConsoleOptions) {
    this.#play = play
    this.#options = options
    this.#message =
      play.state.lines > 1
        ? resumedWords(play.state)
        : options.projector === undefined
          ? ''
          : 'u shows the address of the projector view.'
    const draw = (prompt: string) => consoleRows(this.#shown(), screen, prompt)
    this.#dialog = new Dialog(screen, draw, () => play.keepTime())
  }

  #shown() {
    const { exercise, state, exerciseMs, scenarioMs } = this.#play
    return { exercise, state, exerciseMs, scenarioMs, message: this.#message }
  }

  async run(): Promise<Left> {
    for (;;) {
      const key = await this.#dialog.key('›')
      if (key.name === 'q' || (key.ctrl && key.name === 'c')) {
        leave(this.#play, 'the facilitator left the console')
        return 'left'
      }
      if (key.name === 'f' && (await this.#finish())) return 'finished'
      if (key.name !== 'f') await this.#act(key)
    }
  }

  async #act(key: Key): Promise<void> {
    const acts: Record<string, () => Promise<string | undefined>> = {
      r: () => this.#release(),
      h: () => this.#hold(),
      s: () => this.#skip(),
      a: () => this.#again(),
      b: () => this.#branch(),
      c: () => this.#contingency(),
      p: () => this.#pause(),
      t: () => this.#rateAny(),
      n: () => this.#note(),
      d: () => this.#decision(),
      w: () => this.#wash(),
      v: () => this.#view(),
      o: () => this.#overview(),
      u: () => this.#projector(),
      x: () => this.#action(),
      e: () => this.#end(),
      '?': () => this.#help(),
    }
    const { text } = key
    if (key.ctrl) return
    const act = /^[1-9]$/.test(text) ? () => this.#rateAction(Number(text) - 1) : acts[text.toLowerCase()]
    if (act) this.#message = (await act()) ?? ''
    else if (text.trim() !== '') this.#message = `"${text}" means nothing here: ? lists the keys.`
  }

  get #current(): Inject | undefined {
    const { exercise, state } = this.#play
    return exercise.injects.find(({ id }) => id === state.current)
  }

  get #currentId(): string | null {
    return this.#play.state.current ?? null
  }

  #refusal(): string | undefined {
    const { state } = this.#play
    if (state.status === 'ended') return 'The exercise has ended.'
    if (state.status === 'paused' && state.released.size > 0)
      return 'The clock stands still: p goes on first.'
    return undefined
  }

  async #release(): Promise<string> {
    const refusal = this.#refusal()
    if (refusal !== undefined) return refusal
    const next = nextInject(this.#play.exercise, this.#play.state)
    if (!next) return 'Nothing is left to release. c has contingencies, e ends the exercise.'
    if (next.waitsFor !== undefined)
      return `"${next.inject.id}" depends on what the players decide at "${next.waitsFor}": b first, or s skips it.`
    return await Promise.resolve(this.#releaseOf(next.inject))
  }

  #releaseOf({ id, title }: Inject): string {
    const { state } = this.#play
    if (state.status === 'paused') this.#play.record({ event: 'exercise-continued' })
    const time = (state.released.get(id)?.time ?? 0) + 1
    this.#play.record({ event: 'inject-released', inject: id, time })
    return time === 1 ? `Released: ${title}` : `Released again (${time}): ${title}`
  }

  async #hold(): Promise<string | undefined> {
    const next = nextInject(this.#play.exercise, this.#play.state)
    if (!next) return 'Nothing is left to hold.'
    const reason = await this.#dialog.ask(`Hold "${next.inject.id}" why`)
    if (reason === undefined) return undefined
    this.#play.record({ event: 'inject-held', inject: next.inject.id, reason })
    return `On hold: ${next.inject.title}`
  }

  async #skip(): Promise<string | undefined> {
    const next = nextInject(this.#play.exercise, this.#play.state)
    if (!next) return 'Nothing is left to skip.'
    const reason = await this.#dialog.ask(`Skip "${next.inject.id}" why`)
    if (reason === undefined) return undefined
    this.#play.record({ event: 'inject-skipped', inject: next.inject.id, reason })
    return `Skipped: ${next.inject.title}`
  }

  async #again(): Promise<string> {
    const refusal = this.#refusal()
    if (refusal !== undefined) return refusal
    const inject = this.#current
    return await Promise.resolve(inject ? this.#releaseOf(inject) : 'Nothing was released yet.')
  }

  async #branch(): Promise<string | undefined> {
    const { exercise, state } = this.#play
    const open = exercise.injects.filter(({ id, choices }) => choices.length > 0 && state.released.has(id))
    const inject = open.find(({ id }) => id === state.current) ?? open.at(-1)
    if (!inject) return 'No inject with choices was released yet.'
    const index = await this.#dialog.choose(
      `${inject.title}: what did the players choose?`,
      inject.choices.map(({ title }) => title),
    )
    const choice = index === undefined ? undefined : inject.choices[index]
    if (!choice) return undefined
    const decider = await this.#dialog.ask('Who decided')
    if (decider === undefined) return undefined
    const rationale = await this.#dialog.ask('Why')
    if (rationale === undefined) return undefined
    this.#play.record({
      event: 'decision-recorded',
      inject: inject.id,
      question: inject.title,
      options: inject.choices.map(({ title }) => title),
      decision: choice.title,
      decider,
      rationale,
    })
    this.#play.record({ event: 'branch-taken', inject: inject.id, choice: choice.value })
    return `Branch: ${choice.title}`
  }

  async #contingency(): Promise<string | undefined> {
    const refusal = this.#refusal()
    if (refusal !== undefined) return refusal
    const open = contingencies(this.#play.exercise, this.#play.state)
    if (open.length === 0) return 'There is no contingency left.'
    const index = await this.#dialog.choose(
      'Which contingency?',
      open.map(({ title, id }) => `${title} (${id})`),
    )
    const inject = index === undefined ? undefined : open[index]
    return inject ? this.#releaseOf(inject) : undefined
  }

  async #pause(): Promise<string | undefined> {
    const { state } = this.#play
    if (state.status === 'ended') return 'The exercise has ended.'
    if (state.status === 'paused') {
      if (state.released.size === 0) return 'Not begun: r releases the first inject and starts the clock.'
      this.#play.record({ event: 'exercise-continued' })
      return 'The clock goes on.'
    }
    const reason = await this.#dialog.ask('Pause why')
    if (reason === undefined) return undefined
    this.#play.record({ event: 'exercise-paused', reason })
    return 'The clock stands still: p goes on.'
  }

  async #rateAction(index: number): Promise<string | undefined> {
    const action = this.#current?.expected[index]
    if (!action) return `There is no expected action ${index + 1} here.`
    if (action.task === undefined)
      return 'That action belongs to no critical task. n writes a note, t rates any task.'
    return await this.#rate(action.task)
  }

  async #rateAny(): Promise<string | undefined> {
    const { exercise, state } = this.#play
    const tasks = criticalTasks(exercise)
    const index = await this.#dialog.choose(
      'Which critical task?',
      tasks.map(({ id, text }) => `[${state.ratings.get(id)?.rating ?? ' '}] ${text}`),
    )
    const task = index === undefined ? undefined : tasks[index]
    return task ? await this.#rate(task.id) : undefined
  }

  async #rate(task: string): Promise<string | undefined> {
    const text = criticalTasks(this.#play.exercise).find(({ id }) => id === task)?.text ?? task
    const rating = await this.#dialog.letter(`${text}: P S M U (Esc)`, ['P', 'S', 'M', 'U'])
    if (rating === undefined) return undefined
    const evidence = await this.#dialog.ask(`${rating} Evidence`)
    if (evidence === undefined) return undefined
    this.#play.record({ event: 'task-rated', task, inject: this.#currentId, rating, evidence })
    return `${rating} (${RATINGS[rating]}): ${text}`
  }

  async #note(): Promise<string | undefined> {
    const text = await this.#dialog.ask('Note')
    if (text === undefined) return undefined
    this.#play.record({ event: 'note-written', inject: this.#currentId, text })
    return `Noted: ${text}`
  }

  async #decision(): Promise<string | undefined> {
    const answers: string[] = []
    for (const label of [
      'What was to be decided',
      'Options, parted by ;',
      'What was decided',
      'Who decided',
      'Why',
    ]) {
      const answer = await this.#dialog.ask(label)
      if (answer === undefined) return undefined
      answers.push(answer)
    }
    const [question = '', options = '', decision = '', decider = '', rationale = ''] = answers
    this.#play.record({
      event: 'decision-recorded',
      inject: this.#currentId,
      question,
      options: options.split(';').map((option) => option.trim()),
      decision,
      decider,
      rationale,
    })
    return `Decided: ${decision}`
  }

  async #wash(): Promise<string | undefined> {
    const letter = await this.#dialog.letter('Hot wash: s sustain, i improve, u surprise (Esc)', [
      's',
      'i',
      'u',
    ])
    if (letter === undefined) return undefined
    const kind = ({ s: 'sustain', i: 'improve', u: 'surprise' } as const)[letter]
    const text = await this.#dialog.ask(`To ${kind}`)
    if (text === undefined) return undefined
    this.#play.record({ event: 'hot-wash-said', kind, text })
    return `Hot wash, ${kind}: ${text}`
  }

  async #view(): Promise<undefined> {
    const { exercise, state } = this.#play
    const inject = this.#current ?? nextInject(exercise, state)?.inject
    if (inject) await this.#dialog.page((columns) => injectPage(exercise, inject, state, columns))
  }

  async #overview(): Promise<undefined> {
    const { exercise, state } = this.#play
    await this.#dialog.page((columns) => overviewPage(exercise, state, columns))
  }

  async #help(): Promise<undefined> {
    await this.#dialog.text(HELP)
  }

  async #projector(): Promise<string> {
    const address = this.#options.projector?.()
    return await Promise.resolve(
      address === undefined
        ? 'There is no projector view: begin or resume with --web.'
        : `Open once: ${address}`,
    )
  }

  async #action(): Promise<string | undefined> {
    const { exercise, state } = this.#play
    const gaps = criticalTasks(exercise).filter(({ id }) => isGap(state.ratings.get(id)?.rating ?? 'P'))
    const index = await this.#dialog.choose('A corrective action for which gap?', [
      ...gaps.map(({ id, text }) => `[${state.ratings.get(id)?.rating ?? ''}] ${text}`),
      'None of them: something else',
    ])
    if (index === undefined) return undefined
    return await this.#agree(gaps[index]?.id ?? null)
  }

  async #agree(task: string | null): Promise<string | undefined> {
    const title = await this.#dialog.ask('What is done, its verb first')
    if (title === undefined) return undefined
    const { people } = this.#options
    const who = await this.#dialog.choose(`Who owns "${title}"?`, people)
    const owner = who === undefined ? undefined : people[who]
    if (owner === undefined) return undefined
    const due = await this.#askDay('Due on which day (2027-01-31)')
    if (due === undefined) return undefined
    const doneWhen = await this.#dialog.ask('Done when')
    if (doneWhen === undefined) return undefined
    this.#play.record({ event: 'action-agreed', task, title, owner, due, doneWhen })
    return `Agreed: ${title} (${owner}, ${due})`
  }

  async #askDay(label: string): Promise<string | undefined> {
    for (;;) {
      const answer = await this.#dialog.ask(label)
      if (answer === undefined || z.iso.date().safeParse(answer).success) return answer
      this.#message = `"${answer}" is no day: expected one such as 2027-01-31.`
    }
  }

  async #end(): Promise<string | undefined> {
    if (this.#play.state.status === 'ended') return 'It has ended already: f finishes and writes the report.'
    const reason = await this.#dialog.ask('End the exercise why (all done, out of time …)')
    if (reason === undefined) return undefined
    this.#play.record({ event: 'exercise-ended', reason })
    return 'The exercise has ended. w hot wash, t ratings, then f finishes.'
  }

  async #finish(): Promise<boolean> {
    const { exercise, state } = this.#play
    if (state.status !== 'ended') {
      this.#message = 'e ends the exercise first.'
      return false
    }
    for (const { id, text } of criticalTasks(exercise))
      if (isGap(state.ratings.get(id)?.rating ?? 'P') && !state.actions.some(({ task }) => task === id)) {
        this.#message = `A gap without a corrective action (Esc leaves it so): ${text}`
        await this.#agree(id)
      }
    const open = criticalTasks(exercise).filter(({ id }) => !state.ratings.has(id)).length
    const words =
      open === 0
        ? 'Seal the journal and write the report?'
        : `${open} tasks have no rating. Seal all the same?`
    return (await this.#dialog.letter(`${words} y n`, ['y', 'n'])) === 'y'
  }
}
