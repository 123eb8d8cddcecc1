import type { ExitName } from './exit-code.ts'

/** One mistake, with its place. Lines and columns count from 1; file is relative to the project. */
export type Problem = {
  message: string
  file?: string | undefined
  line?: number | undefined
  column?: number | undefined
  step?: string | undefined
  rule?: string | undefined
  /** What to do next. */
  hint?: string | undefined
}

/** `1 mistake`, `2 mistakes`. */
export function mistakesText(count: number): string {
  return count === 1 ? '1 mistake' : `${count} mistakes`
}

/** `runbooks/x.mdx:12:3  message` and, on the next line, the hint. */
export function formatProblem(problem: Problem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':')
  const step = problem.step === undefined ? '' : `step ${problem.step}: `
  const head = place === '' ? `${step}${problem.message}` : `${place}  ${step}${problem.message}`
  return problem.hint === undefined ? head : `${head}\n    ${problem.hint}`
}

/**
 * A mistake that is the operator's, an author's or the world's, never ours: shown as a tidy message, without a stack.
 * Anything else that is thrown is a defect of the product and is shown with its stack.
 */
export class OperatorError extends Error {
  readonly exit: ExitName
  readonly problems: Problem[]

  constructor(exit: ExitName, problems: Problem | Problem[]) {
    const list = Array.isArray(problems) ? problems : [problems]
    super(list.map(formatProblem).join('\n'))
    this.name = 'OperatorError'
    this.exit = exit
    this.problems = list
  }
}

/** What is read, or what is made of the mistakes that keep it from being read. */
export function attempt<T>(read: () => T, failed: (problems: Problem[]) => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof OperatorError) return failed(error.problems)
    throw error
  }
}
