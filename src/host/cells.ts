import { printable, wrap } from './text.ts'

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u

function widthOf(grapheme: string): number {
  return WIDE.test(grapheme) ? 2 : 1
}

/** What a person takes for one letter. */
export function letters(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

/** How many cells of a terminal a line takes. */
export function cells(text: string): number {
  let width = 0
  for (const { segment } of segmenter.segment(text)) width += widthOf(segment)
  return width
}

/** One line, cut to the width; control characters are shown, not obeyed. What was cut ends with …. */
export function fit(text: string, columns: number): string {
  const line = printable(text).replaceAll('\n', ' ')
  if (cells(line) <= columns) return line
  let shown = ''
  let width = 0
  for (const { segment } of segmenter.segment(line)) {
    if (width + widthOf(segment) > columns - 1) break
    shown += segment
    width += widthOf(segment)
  }
  return `${shown}…`
}

/** Prose as lines that fit; a word that is longer than a line is broken. */
export function wrapCells(text: string, columns: number): string[] {
  return wrap(printable(text), columns).flatMap((line) => broken(line, columns))
}

function broken(line: string, columns: number): string[] {
  if (cells(line) <= columns) return [line]
  const lines = ['']
  for (const { segment } of segmenter.segment(line)) {
    const last = lines[lines.length - 1] ?? ''
    if (cells(last) + widthOf(segment) > columns) lines.push(segment)
    else lines[lines.length - 1] = last + segment
  }
  return lines
}
