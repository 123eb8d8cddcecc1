import { styleText } from 'node:util'
import { createPrompt, isEnterKey, useEffect, useKeypress, usePrefix, useState } from '@inquirer/core'
import { typing } from './typing.ts'

export type KeyChoice = {
  key: string
  label: string
  value: string
  /** Typed in full it chooses as well. */
  word?: string
}

export type StepPromptConfig = {
  message: string
  /** The line that shows how long it has been; asked again every second. */
  clock: () => string
  choices: readonly KeyChoice[]
  /** What Enter alone does. Undefined: Enter alone does nothing. */
  enter?: string | undefined
  /** Text that is an answer by itself, such as one that was pasted. */
  accepts?: (text: string) => boolean
  /** Looked at while waiting: an answer that comes from elsewhere. */
  look?: () => string | undefined
}

const TICK_MS = 1000

/** A question answered by one letter and Enter, with the time in view. A letter that means nothing, or a wrong Enter, does nothing. */
export const stepPrompt = createPrompt<string, StepPromptConfig>((config, done) => {
  const [typed, setTyped] = useState('')
  const [problem, setProblem] = useState('')
  const [refused, setRefused] = useState('')
  const [answered, setAnswered] = useState('')
  const status = answered === '' ? 'idle' : 'done'
  const [tick, setTick] = useState(0)
  const prefix = usePrefix({ status })
  // What was refused is told again: it may be a secret that nobody knows for one.
  typing(typed === '' ? refused : typed)
  useEffect(() => {
    const timer = setInterval(() => setTick(Date.now()), TICK_MS)
    return () => clearInterval(timer)
  }, [])
  useEffect(() => {
    const found = answered === '' ? config.look?.() : undefined
    if (found === undefined) return
    setAnswered('an answer came')
    done(found)
  }, [tick, answered, config, done])
  useKeypress((key, line) => {
    if (!isEnterKey(key)) {
      setTyped(line.line)
      setRefused('')
      setProblem('')
      return
    }
    const answer = typed.trim().toLowerCase()
    const chosen = choiceOf(config, answer)
    line.clearLine(0)
    setTyped('')
    if (!chosen && config.accepts?.(typed.trim()) === true) {
      setAnswered('an answer was pasted')
      done(typed.trim())
      return
    }
    if (!chosen) {
      setRefused(answer)
      setProblem(problemWith(answer, config.choices))
      return
    }
    setAnswered(chosen.label)
    done(chosen.value)
  })
  const chosenLabels = config.choices.map((choice) =>
    choice.value === config.enter ? `[${choice.key}] ${choice.label}` : `${choice.key} ${choice.label}`,
  )
  if (status === 'done') return `${prefix} ${config.message} ${styleText('cyan', answered)}`
  const head = `${prefix} ${config.message}\n  ${config.clock()}\n  ${rows(chosenLabels).join('\n  ')}\n  › ${typed}`
  return [head, problem]
})

/** A key comes before a word: it is what stands on the screen. */
function choiceOf({ choices, enter }: StepPromptConfig, answer: string): KeyChoice | undefined {
  if (answer === '') return choices.find(({ value }) => value === enter)
  return (
    choices.find(({ key }) => key === answer) ?? choices.find(({ word }) => word?.toLowerCase() === answer)
  )
}

function problemWith(answer: string, choices: readonly KeyChoice[]): string {
  const numbered = choices.some(({ key }) => /^\d/.test(key))
  if (answer === '')
    return `Enter alone does nothing here: type a ${numbered ? 'number or a letter' : 'letter'} first.`
  return numbered
    ? `"${answer}" is none of these: type a number or a letter.`
    : `"${answer}" is none of these letters.`
}

/** As many labels a line as fit. */
function rows(labels: readonly string[]): string[] {
  const width = Math.max(40, (process.stdout.columns ?? 80) - 4)
  const lines: string[] = []
  for (const label of labels) {
    const last = lines.at(-1)
    if (last === undefined || last.length + label.length + 3 > width) lines.push(label)
    else lines[lines.length - 1] = `${last} · ${label}`
  }
  return lines
}
