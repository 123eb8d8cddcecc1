import { placeInFence } from '../../model/place-in-fence.ts'
import type { Problem } from '../../model/problem.ts'
import type { Project, RunbookRule } from '../rule.ts'
import type { FenceInStep } from '../walk.ts'
import { ownFences } from '../walk.ts'

const COMMENT = /^\s*(#|\/\/)/
/** `source x` and `. x` where a command can begin. */
const SOURCED = /(?:^|[;&|({!]|\b(?:then|do|else)\s)\s*(?:source|\.)\s+("[^"]*"|'[^']*'|[^\s;&|)]+)/g
/** Of the machine or of whoever works there, not of the project; or what a program prints. */
const ELSEWHERE = /^["']?(?:\/|~\/|\$HOME\/|\$\{HOME\}\/|<\()/
/** A comment, what is escaped, a string, or a heredoc, whose text is no string though it may hold a quotation mark. */
const OPAQUE =
  /(?<=^|[\s;&|(])#.*|(?<!<)<<-?\s*(["']?)(\w+)\1.*\n[^]*?^\s*\2$|\\.|'[^']*'|"(?:\\[^]|[^"\\])*"/gm
/** What may be a path from the folder of the project, in which fences run. */
const PATH = /(?<![\w$}.~:/@-])(?:\.\/)?([\w@][\w.@-]*(?:\/[\w.@-]+)*)/g
/** What such a file is called, or what stands before it, when it is not in scripts/ and has no #! line. */
const PROGRAM = /\.(?:sh|bash|zsh|ksh|py|rb|pl|sql|[cm]?[jt]s)$/
const STARTED = /(?:^|[\s;&|('"`])(?:(?:ba|da|k|z)?sh|node|python3?|perl|ruby)\s+(?:-\S+\s+)*["']?(?:\.\/)?$/
/** Part of the digest already. */
const IMPORTED = /\b(?:from|import)\s*\(?\s*["'](?:\.\/)?$/

const HINT =
  'Make it the fence itself (file=scripts/…), or import it in a ts fence: both are part of the digest.'

export const uncoveredScript: RunbookRule = {
  name: 'uncovered-script',
  level: 'error',
  scope: 'runbook',
  summary:
    'No fence sources a file, or names a file of `scripts/` or a program of the project by its path, that the digest does not cover: it could change between approval and execution, and nobody would see it.',
  examples: {
    good: [
      {
        title: 'a file of the machine, and the output of a program',
        in: 'body',
        text: '<Step id="look">\n\n## Look\n\n```sh run\n# As scripts/package.json says.\nsource /etc/os-release\n. <(orders completion)\n```\n\n</Step>',
      },
      {
        title: 'a filter with dots, and a file that is no program',
        in: 'body',
        text: "<Step id=\"look\">\n\n## Look\n\n```sh run\n# It doesn't start anything.\norders list | jq 'map(. * 2)'\norders list | jq '\n  .[]\n  | . as $x\n  | $x'\ncat docs/plan/services.yaml\n```\n\n</Step>",
      },
    ],
    bad: [
      {
        title: 'a script that is started, and one that is read',
        in: 'body',
        text: '<Step id="look">\n\n## Look\n\n```sh run\nbash scripts/package.json\nif true; then . ./lib.sh; fi\nsource "$LIB"\n```\n\n</Step>',
        reports: [
          { line: 6, column: 6, message: 'scripts/package.json: the digest does not cover it here' },
          { line: 7, column: 17, message: './lib.sh: the digest does not cover it here' },
          { line: 8, column: 8, message: '"$LIB": the digest does not cover it here' },
        ],
      },
      {
        title: 'a program outside of scripts/',
        in: 'body',
        text: '<Step id="wipe">\n\n## Wipe\n\n```sh check\n./tools/wipe\nbash tools/wipe.sh\nsource <(cat tools/wipe.sh)\necho "$(. "$LIB")"\n```\n\n```ts run\nawait $`bash tools/wipe.sh`\n```\n\n</Step>',
        reports: [
          { line: 6, column: 3, message: 'tools/wipe: the digest does not cover it here' },
          { line: 7, column: 6, message: 'tools/wipe.sh: the digest does not cover it here' },
          { line: 8, column: 14, message: 'tools/wipe.sh: the digest does not cover it here' },
          { line: 9, column: 11, message: '"$LIB": the digest does not cover it here' },
          { line: 13, column: 14, message: 'tools/wipe.sh: the digest does not cover it here' },
        ],
      },
    ],
  },
  check: (runbook, project) =>
    ownFences(runbook)
      .filter(({ fence }) => fence.lang !== 'sql')
      .flatMap((both) => checkFence(both, project)),
}

function checkFence({ step, fence }: FenceInStep, { read }: Project): Problem[] {
  const bare = fence.lang === 'sh' ? withoutStrings(fence.code).split('\n') : []
  return fence.code.split('\n').flatMap((line, index): Problem[] => {
    if (COMMENT.test(line)) return []
    const sourced = wordsIn(bare[index] ?? '', SOURCED)
      .map(({ word, at }) => ({ word: line.slice(at, at + word.length), at }))
      .filter(({ word }) => !ELSEWHERE.test(word))
    const named = wordsIn(line, PATH).filter(
      ({ word, at }) =>
        !sourced.some((other) => covers(other, at)) && isProgram(word, line.slice(0, at), read),
    )
    return [...sourced, ...named].map(({ word, at }) => ({
      ...placeInFence(fence, index, at, read(fence.place.file)),
      step: step.id,
      message: `${word}: the digest does not cover it here`,
      hint: HINT,
    }))
  })
}

/** As long as before: what stands in strings is no command, but for `$(…)`. */
function withoutStrings(code: string): string {
  return code.replace(OPAQUE, (text) =>
    /^'|^"(?![^]*(?:\$\(|`))/.test(text)
      ? `${text[0]}${text.slice(1, -1).replace(/[^\n]/g, '_')}${text[0]}`
      : text,
  )
}

function isProgram(word: string, before: string, read: Project['read']): boolean {
  if (!/[./]/.test(word) || IMPORTED.test(before)) return false
  const text = read(word)
  if (text === undefined) return false
  return word.startsWith('scripts/') || PROGRAM.test(word) || text.startsWith('#!') || STARTED.test(before)
}

type Word = { word: string; at: number }

function wordsIn(line: string, pattern: RegExp): Word[] {
  return [...line.matchAll(pattern)].map(({ 0: whole, 1: word = '', index }) => ({
    word,
    at: index + whole.length - word.length,
  }))
}

function covers({ word, at }: Word, place: number): boolean {
  return place >= at && place < at + word.length
}
