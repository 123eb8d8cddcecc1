import { OperatorError } from '../model/problem.ts'

/** What was opened; undefined where it has a mistake. */
export async function readable<T>(open: () => Promise<T>): Promise<T | undefined> {
  try {
    return await open()
  } catch (error) {
    if (error instanceof OperatorError) return undefined
    throw error
  }
}
