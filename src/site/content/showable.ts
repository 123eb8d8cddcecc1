import type { Problem } from '../../model/problem.ts'
import type { Fence } from '../../model/runbook.ts'

/**
 * Characters that a page cannot show for what they are, so that what is read would differ from what runs: HTML drops or
 * replaces control characters and carriage returns; format characters are invisible or reorder what the eye sees; a space
 * that is not U+0020 looks like one and is none to a shell. Allowed are tab, line feed and the joiner within emoji.
 */
const UNSHOWABLE = /[^\P{Cc}\t\n]|[^\P{Cf}\u200D]|[^\P{Zs} ]|[\u2028\u2029]|\p{Cs}/u

export function unshowable({ code, place }: Pick<Fence, 'code' | 'place'>): Problem[] {
  const found = UNSHOWABLE.exec(code)
  if (!found) return []
  const before = code.slice(0, found.index).split('\n')
  const name = `U+${(found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
  return [
    {
      file: place.file,
      line: place.line + before.length - 1,
      column: (before.at(-1) ?? '').length + 1,
      message: `the character ${name} cannot be shown for what it is: what is read would differ from what runs`,
      hint: name === 'U+000D' ? 'Save the file with LF line ends.' : 'Write it as an escape of the language.',
    },
  ]
}
