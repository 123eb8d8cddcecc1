import type { Problem } from '../../model/problem.ts'
import type { Project, RunbookRule } from '../rule.ts'
import type { FenceInStep } from '../walk.ts'
import { ownFences } from '../walk.ts'

const COMMENT = /^\s*(#|\/\/)/
/** `source x` and `. x` where a command can begin. */
const SOURCED = /(?:^|[;&|({!]|\b(?:then|do|else)\s)\s*(?:source|\.)\s+("[^"]*"|'[^']*'|[^\s;&|)]+)/g
/** A path into scripts/, from the folder of the project, in which fences run. */
const SCRIPT = /(?<![\w$}./-])(?:\.\/)?(scripts\/[\w.@/-]+)/g
/** Of the machine or of whoever works there, not of the project; or what a program prints. */
const ELSEWHERE = /^["']?(?:\/|~\/|\$HOME\/|\$\{HOME\}\/|<\()/

const HINT =
  'Make it the fence itself (file=scripts/…), or import it in a ts fence: both are part of the digest.'

export const uncoveredScript: RunbookRule = {
  name: 'uncovered-script',
  level: 'error',
  scope: 'runbook',
  summary:
    'No fence reads or starts a script that the digest does not cover: it could change between approval and execution, and nobody would see it.',
  examples: {
    good: [
      {
        title: 'a file of the machine, and the output of a program',
        in: 'body',
        text: '<Step id="look">\n\n## Look\n\n```sh run\n# As scripts/package.json says.\nsource /etc/os-release\n. <(orders completion)\n```\n\n</Step>',
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
    ],
  },
  check: (runbook, project) =>
    ownFences(runbook)
      .filter(({ fence }) => fence.lang !== 'sql')
      .flatMap((both) => checkFence(both, project)),
}

function checkFence({ step, fence }: FenceInStep, { read }: Project): Problem[] {
  return fence.code.split('\n').flatMap((line, index): Problem[] => {
    if (COMMENT.test(line)) return []
    const sourced =
      fence.lang === 'sh' ? wordsIn(line, SOURCED).filter(({ word }) => !ELSEWHERE.test(word)) : []
    const named = wordsIn(line, SCRIPT).filter(
      ({ word, at }) => read(word) !== undefined && !sourced.some((other) => covers(other, at)),
    )
    return [...sourced, ...named].map(({ word, at }) => ({
      file: fence.place.file,
      line: fence.place.line + index,
      column: fence.place.column + at,
      step: step.id,
      message: `${word}: the digest does not cover it here`,
      hint: HINT,
    }))
  })
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
