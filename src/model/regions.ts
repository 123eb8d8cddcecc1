import type { Problem } from './problem.ts'

/**
 * Parts of a generated document that people write. Everything else is computed anew each time; these are kept:
 *
 *     <!-- write: summary -->
 *     …
 *     <!-- end: summary -->
 */
export type Region = { name: string; text: string; line: number }

const MARKER = /^<!-- (write|end): ([a-z][a-z-]*) -->$/
/** What was a marker before somebody changed it. */
const DAMAGED = /^\s*<!--?\s*(write|end)\b|<!--\s*(write|end)\s*:/
const PLACEHOLDER = /^\*To be written by [^\n]*\*$/

/** Lines count from `firstLine`. A marker that is damaged, left open, nested or repeated is a problem at its line. */
export function readRegions(
  text: string,
  file: string,
  firstLine = 1,
): { regions: Region[]; problems: Problem[] } {
  const regions: Region[] = []
  const problems: Problem[] = []
  let open: { name: string; line: number; lines: string[] } | undefined
  const wrong = (line: number, message: string): unknown => problems.push({ file, line, message, hint: MEND })
  for (const [index, row] of lines(text).entries()) {
    const line = firstLine + index
    const [, kind, name = ''] = MARKER.exec(row) ?? []
    if (kind === undefined) {
      if (DAMAGED.test(row)) wrong(line, `is a damaged marker: ${JSON.stringify(row.trim().slice(0, 60))}`)
      else open?.lines.push(row)
    } else if (kind === 'write') {
      if (open) wrong(line, `"${name}" begins before "${open.name}" (line ${open.line}) has ended`)
      if (regions.some((region) => region.name === name)) wrong(line, `"${name}" is there twice`)
      open = { name, line, lines: [] }
    } else if (open?.name !== name) {
      wrong(line, `ends "${name}", which is not open here`)
      open = undefined
    } else {
      regions.push({ name, text: open.lines.join('\n').trim(), line: open.line })
      open = undefined
    }
  }
  if (open) wrong(open.line, `"${open.name}" never ends`)
  return { regions, problems }
}

const MEND =
  'A region is one line `<!-- write: name -->`, the text, and one line `<!-- end: name -->`. Nothing was written.'

export function regionBlock(name: string, text: string): string {
  return `<!-- write: ${name} -->\n\n${text.trim()}\n\n<!-- end: ${name} -->`
}

/** Nobody has written anything here yet. */
export function isUnwritten(text: string): boolean {
  return text.trim() === '' || PLACEHOLDER.test(text.trim())
}

/** The document with its regions emptied: what was computed, and nothing else. */
export function computedPart(text: string): string {
  let inside = false
  return lines(text)
    .filter((line) => {
      const kind = MARKER.exec(line)?.[1]
      const kept = !inside || kind === 'end'
      if (kind !== undefined) inside = kind === 'write'
      return kept
    })
    .join('\n')
    .trim()
}

function lines(text: string): string[] {
  return text.replaceAll('\r\n', '\n').split('\n')
}
