import type { Exercise } from '../model/exercise.ts'
import { isWalk } from '../model/exercise.ts'

function two(n: number): string {
  return String(n).padStart(2, '0')
}

/** `0:12:05`: the exercise clock. */
export function exerciseTime(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000)
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** `Fri 2027-02-05 16:42`, or, in a walked runbook, `T+0:04:30`. */
export function scenarioTime(exercise: Pick<Exercise, 'id'>, ms: number | undefined): string {
  if (ms === undefined) return 'not begun'
  if (isWalk(exercise)) return `T+${exerciseTime(ms)}`
  const date = new Date(ms)
  return `${DAYS[date.getUTCDay()] ?? ''} ${date.toISOString().slice(0, 16).replace('T', ' ')}`
}
