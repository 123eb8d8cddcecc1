import { OperatorError } from '../../model/problem.ts'

/** A mistake of an author is told by its place and its message; where in our code it was noticed helps nobody. */
export function tidily<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error
    const tidy = new Error(error.message)
    tidy.stack = error.message
    throw tidy
  }
}
