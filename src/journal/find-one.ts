import { OperatorError } from '../model/problem.ts'

const SHOWN = 5

/** What is looked for, in words. */
type Words = { one: string; many: string; hint: string }

/** The id that is meant by one, by its unambiguous beginning or end, or by `last`. */
export function onlyId(wanted: string, all: readonly string[], words: Words): string {
  const known = all.map((id) => ({ id }))
  return onlyOne(meantBy(wanted, known), wanted, words).id
}

/** What someone means by an id, by the beginning or end of one, or by `last`. `all` has the oldest first. */
export function meantBy<Match extends { id: string }>(wanted: string, all: readonly Match[]): Match[] {
  if (wanted === 'last') return all.slice(-1)
  return all.filter(({ id }) => id.startsWith(wanted) || id.endsWith(wanted))
}

/** The only one of those that were meant; otherwise an error that says what was looked for, and what to do next. */
export function onlyOne<Match extends { id: string }>(
  matches: readonly Match[],
  wanted: string,
  { one, many, hint }: Words,
): Match {
  const [only] = matches
  if (only !== undefined && matches.length === 1) return only
  const message =
    matches.length === 0
      ? `there is no ${one} "${wanted}"`
      : `"${wanted}" fits ${matches.length} ${many}${namesOf(matches.map(({ id }) => id))}`
  throw new OperatorError('usage', { message, hint })
}

/** Of many the newest, whatever their kind. */
function namesOf(ids: readonly string[]): string {
  if (ids.length <= SHOWN) return `: ${ids.join(', ')}`
  const newest = ids.toSorted((a, b) => (stampOf(a) < stampOf(b) ? -1 : 1)).slice(-SHOWN)
  return `; the newest ${SHOWN} of them: ${newest.join(', ')}`
}

/** What follows `inc-` sorts by time, as the id of a run does. */
function stampOf(id: string): string {
  return id.replace(/^inc-/, '')
}
