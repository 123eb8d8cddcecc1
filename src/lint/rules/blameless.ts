import type { Problem } from '../../model/problem.ts'
import type { ReportRule } from '../rule.ts'

/** Words that end an inquiry before it has begun, and what asks further. */
const WORDS: [pattern: RegExp, instead: string][] = [
  [/\bhuman error\b/gi, 'what made this the reasonable thing to do, and what let it through?'],
  [/\b(?:operator|user|pilot) error\b/gi, 'what did the tool show at that moment?'],
  [/\bshould(?: not|n't)? have\b/gi, 'what was known then, and what would have had to be there?'],
  [/\bcould have\b/gi, 'what was known then?'],
  [/\bfailed to\b/gi, 'what happened instead, and why did it make sense?'],
  [/\bforgot(?:ten)?\b/gi, 'what would have reminded anybody?'],
  [
    /\b(?:careless|negligent|sloppy|lazy|stupid|incompetent|reckless)(?:ly|ness)?\b/gi,
    'what did the situation look like from the inside?',
  ],
  [/\b(?:blame[sd]?|whose fault|at fault|to blame)\b/gi, 'which conditions had to come together?'],
  [/\bobvious(?:ly)?\b/gi, 'to whom, and with what in view?'],
  [
    /\bdid(?: not|n't) (?:bother|pay attention|follow)\b/gi,
    'what was the procedure like to follow at that moment?',
  ],
  [/\broot cause\b/gi, 'contributing factors: there is hardly ever only one'],
]

export const blameless: ReportRule = {
  name: 'blameless',
  level: 'warning',
  scope: 'report',
  summary:
    'What people write asks how it made sense at the time, not who is to blame: only then does anybody tell.',
  examples: {
    good: [
      {
        title: 'what was seen, and what was missing',
        in: 'postmortem-words',
        text: 'The alert named the replica. Nothing on the page told the two hosts apart.',
      },
    ],
    bad: [
      {
        title: 'somebody is to blame',
        in: 'postmortem-words',
        text: 'Human error: the operator\nshould have read the page.',
        reports: [
          { line: 1, column: 1, message: '"Human error" ends the inquiry' },
          { line: 2, column: 1, message: '"should have" ends the inquiry' },
        ],
      },
    ],
  },
  check: ({ file, lines, regions }) =>
    regions.flatMap(({ name, line }) => {
      const end = lines.indexOf(`<!-- end: ${name} -->`, line)
      return lines.slice(line, end).flatMap((text, index) => hintsIn(text, file, line + index + 1))
    }),
}

function hintsIn(text: string, file: string, line: number): Problem[] {
  return WORDS.flatMap(([pattern, instead]) =>
    [...text.matchAll(pattern)].map(({ 0: found, index }) => ({
      file,
      line,
      column: index + 1,
      message: `"${found}" ends the inquiry`,
      hint: `Ask instead: ${instead}`,
    })),
  )
}
