import { stringify } from 'yaml'
import type { ExerciseInput, InjectInput } from './exchange-format.ts'

/** An exercise as the text of docs/exercises/<id>.mdx; reading it gives the same exercise again. */
export function exerciseMdx({ matter, intro, injects }: ExerciseInput): string {
  const head = stringify(matter, { lineWidth: 0 })
  return `${[`---\n${head}---`, intro, ...injects.map(injectMdx)].filter((part) => part !== '').join('\n\n')}\n`
}

function injectMdx({ title, text, expected, questions, notes, choices, ...attributes }: InjectInput): string {
  return [
    tag('Inject', attributes),
    `## ${escaped(title)}`,
    text,
    ...expected.flatMap(({ text: action, ...links }) => [tag('Expect', links), action, '</Expect>']),
    ...(questions.length === 0
      ? []
      : ['<Questions>', questions.map((question) => `- ${escaped(question)}`).join('\n'), '</Questions>']),
    ...choices.flatMap(({ value, title: shown, prose }) => [
      tag('Choice', { value, title: shown }),
      prose,
      '</Choice>',
    ]),
    ...(notes === '' ? [] : ['<Notes>', notes, '</Notes>']),
    '</Inject>',
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function tag(name: string, attributes: Record<string, string | undefined>): string {
  const words = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}="${attribute(value)}"`],
  )
  return `<${[name, ...words].join(' ')}>`
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replace(/\s+/g, ' ')
}

/** Plain text in a line of Markdown: it reads as it is. */
export function escaped(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>#|~&!:@.()+=-]/g, (character) => `\\${character}`)
}

/** Text that was not written as Markdown: shown as it came, in a block longer than any within. */
export function verbatim(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const marks = '`'.repeat(Math.max(3, longest + 1))
  return `${marks}text\n${text.replaceAll('\r\n', '\n').replace(/\n$/, '')}\n${marks}`
}
