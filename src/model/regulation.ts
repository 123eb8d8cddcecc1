import { z } from 'zod'
import { DURATION_PATTERN, parseDuration } from './duration.ts'

/** Duties to report an incident, and when each is due: dated data with its source, never code. */

const name = z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected lower-case letters, digits and dashes')

const MONTHS = /^(\d{1,2}) months?$/

/** `72h`, or calendar months: `1 month`. */
const span = z
  .string()
  .refine((text) => DURATION_PATTERN.test(text) || MONTHS.test(text), 'expected 4h, 72h or 1 month')
  .transform((text): { ms: number } | { months: number } => {
    const months = MONTHS.exec(text)?.[1]
    return months === undefined ? { ms: parseDuration(text) ?? 0 } : { months: Number(months) }
  })

const due = z.strictObject({
  within: span.describe('A duration such as 72h, or calendar months such as 1 month.'),
  from: name.describe(
    'What starts it: awareness, classification, or the id of an earlier notice of the same regulation: its submission.',
  ),
})

const notice = z.strictObject({
  title: z.string().min(1).describe('What is handed in.'),
  due: z.array(due).min(1).describe('Where several have started, the earliest counts.'),
  source: z.string().min(1).describe('The article.'),
})

const regulation = z.strictObject({
  title: z.string().min(1),
  jurisdiction: z.string().min(1),
  applies: z.string().min(1).describe('When it has to be thought of, in words.'),
  url: z.url().describe('Where the text is.'),
  asOf: z.iso.date().describe('When somebody last compared this entry with the text.'),
  notices: z.record(name, notice),
})
export type Regulation = z.infer<typeof regulation>

export const regulationsFile = z.strictObject({ regulations: z.record(name, regulation).default({}) })
export type Regulations = z.infer<typeof regulationsFile>['regulations']

/** What can start a clock of a regulation by being told: not the earlier notices. */
export function basesOf({ notices }: Regulation): string[] {
  const all = Object.values(notices).flatMap(({ due }) => due.map(({ from }) => from))
  return [...new Set(all)].filter((from) => !Object.hasOwn(notices, from))
}
