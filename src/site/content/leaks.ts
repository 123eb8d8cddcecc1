import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { LoadedPlan, Plan } from '../../document/plan.ts'
import { OperatorError } from '../../model/problem.ts'
import type { Problem } from '../../model/problem.ts'
import { withheldValues } from './people.ts'
import type { Audience, Withheld } from './people.ts'
import { qrOf } from './qr.ts'

/** Pictures and fonts hold no text; everything else of a build is looked through. */
const NO_TEXT = /\.(png|jpe?g|gif|webp|ico|woff2?)$/

type Page = { name: string; text: string }

/** The last line of defence: no file of a build may hold a way to reach someone that this build leaves out. */
export function refuseLeaks(
  outDir: string,
  plan: Plan,
  audience: Audience,
  locate: LoadedPlan['locate'],
): void {
  refuseLeaksIn(pagesIn(outDir), plan, audience, locate)
}

/** One at a time: a build can be larger than memory. */
function* pagesIn(outDir: string): Generator<Page> {
  for (const entry of readdirSync(outDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || NO_TEXT.test(entry.name)) continue
    const file = path.join(entry.parentPath, entry.name)
    yield { name: path.relative(path.dirname(outDir), file), text: readFileSync(file, 'utf8') }
  }
}

/**
 * Refuses pages that hold a withheld number, however it is grouped, and its QR code too. OperatorError names page and field; the
 * number itself is not repeated.
 */
export function refuseLeaksIn(
  pages: Iterable<Page>,
  plan: Plan,
  audience: Audience,
  locate: LoadedPlan['locate'],
): void {
  const withheld = withheldValues(plan, audience).map((one) => ({ ...one, isIn: finderOf(one) }))
  if (withheld.length === 0) return
  const problems: Problem[] = []
  for (const { name, text } of pages)
    for (const { path: field, isIn } of withheld)
      if (isIn(text))
        problems.push({
          ...locate('contacts', field),
          message: `${field.join('.')} is in ${name}, which is built for ${audience} readers`,
          hint: 'The privacy of that person keeps it back: take it out of the page, script or template that repeats it.',
        })
  if (problems.length > 0) throw new OperatorError('refused', problems)
}

const NUMBER = /^\+?\d{6,15}$/

/** Finds a value in a text: as it stands, and a number also with other grouping, without its plus, and as a QR code. */
function finderOf({ value }: Withheld): (text: string) => boolean {
  if (!NUMBER.test(value)) return (text) => text.includes(value)
  const digits = value.replace('+', '')
  const grouped = new RegExp(`(?<!\\d)${Array.from(digits).join('[ \\u00A0().\\-/]{0,2}')}(?!\\d)`)
  const qr = qrOf(value).path
  return (text) => text.includes(qr) || grouped.test(text)
}
