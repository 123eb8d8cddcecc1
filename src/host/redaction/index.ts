import { buildAutomaton, holdsNone } from './automaton.ts'
import { formsOf } from './forms.ts'
import { SHAPES } from './shapes.ts'
import { PLACEHOLDER, RedactingStream } from './stream.ts'
import type { Knowledge } from './stream.ts'

export { PLACEHOLDER }

export type Redactor = {
  /** For one source of bytes, which come in chunks: two sources that were mixed would hide a secret that is cut by the other. */
  stream: () => RedactingStream
  /** The text with every secret replaced. */
  redactText: (text: string) => string
  /** Whether any secret stands in the text. */
  holdsSecret: (text: string) => boolean
}

const ANCHORS: Knowledge['anchors'] = SHAPES.flatMap((shape, shapeNumber) =>
  shape.anchors.map(() => ({ shape, shapeNumber })),
)

/** Finds these values, however they are encoded, and what looks like the token of a well-known service. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const anchors = SHAPES.flatMap((shape) => shape.anchors.map((anchor) => Buffer.from(anchor)))
  const knowledge: Knowledge = { automaton: buildAutomaton(formsOf(secrets), anchors), anchors: ANCHORS }
  const stream = (): RedactingStream => new RedactingStream(knowledge)
  const redactText = (text: string): string => {
    const bytes = Buffer.from(text)
    // Nearly every line of a run: nothing is replaced.
    if (holdsNone(knowledge.automaton, bytes)) return text
    const pass = stream()
    return Buffer.concat([pass.push(bytes), pass.end()]).toString('utf8')
  }
  return { stream, redactText, holdsSecret: (text) => redactText(text) !== text }
}
