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
  for (const { row, index, marker } of scan(text)) {
    const line = firstLine + index
    if (marker === undefined) {
      if (open) open.lines.push(row)
      continue
    }
    const [kind, name] = marker
    if (kind === 'damaged') wrong(line, `is a damaged marker: ${JSON.stringify(row.trim().slice(0, 60))}`)
    else if (kind === 'write') {
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
  return computedRows(text)
    .map(({ row }) => row)
    .join('\n')
    .trim()
}

/** Where the computed part of a text first differs from that of another, as an index of its lines; undefined: nowhere. */
export function firstDifference(text: string, other: string): number | undefined {
  const rows = computedRows(text)
  const others = computedRows(other)
  const place = rows.findIndex(({ row }, at) => row !== others[at]?.row)
  if (place !== -1) return rows[place]?.index
  return rows.length < others.length ? (rows.at(-1)?.index ?? 0) : undefined
}

function computedRows(text: string): { row: string; index: number }[] {
  let inside = false
  const kept: { row: string; index: number }[] = []
  for (const { row, index, marker } of scan(text)) {
    if (marker?.[0] === 'end') inside = false
    if (!inside) kept.push({ row, index })
    if (marker?.[0] === 'write') inside = true
  }
  return kept
}

type Marker = [kind: 'write' | 'end' | 'damaged', name: string]
const FENCE = /^(`{3,}|~{3,})/

/** Each line with the marker it is. What a program printed stands in a fence, where nothing is a marker. */
function* scan(text: string): Generator<{ row: string; index: number; marker: Marker | undefined }> {
  let inside = false
  let fence: string | undefined
  for (const [index, row] of text.replaceAll('\r\n', '\n').split('\n').entries()) {
    const marker = fence === undefined ? markerOf(row) : undefined
    if (marker && marker[0] !== 'damaged') inside = marker[0] === 'write'
    const [marks] = FENCE.exec(row) ?? []
    // People may leave a fence open; the end of their region is found all the same.
    if (fence !== undefined) fence = row.trim() === fence ? undefined : fence
    else if (!inside && marks !== undefined) fence = marks
    yield { row, index, marker }
  }
}

function markerOf(row: string): Marker | undefined {
  const [, kind, name = ''] = MARKER.exec(row) ?? []
  if (kind !== undefined) return [kind === 'write' ? 'write' : 'end', name]
  return DAMAGED.test(row) ? ['damaged', ''] : undefined
}
