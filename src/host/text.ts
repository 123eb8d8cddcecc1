import { stripVTControlCharacters } from 'node:util'

export { printable } from '../model/printable.ts'

/** `812 bytes`, `3.4 MB`: how much, in the fewest digits. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  const units = ['kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3))
  return `${(Math.floor(bytes / 10 ** (power * 3 - 1)) / 10).toFixed(1)} ${units[power - 1]}`
}

/** Prose for a terminal: paragraphs are filled to the width; code blocks, tables and headings stay as they are. */
export function wrap(text: string, width: number): string[] {
  return paragraphs(text).flatMap((part) =>
    part.length <= width || /^(\||```)/.test(part) || part.includes('\n')
      ? part.split('\n')
      : wrapLine(part, width),
  )
}

/** Lines that belong together are joined; a code block is one part, with its line breaks. */
function paragraphs(text: string): string[] {
  const parts: string[] = []
  let fenced = false
  let open = false
  for (const line of text.split('\n')) {
    const isFence = line.trimStart().startsWith('```')
    const joins =
      (fenced || (open && !isFence && !/^(\s*$|\s*[-*#|>]|\s*\d+\. )/.test(line))) && parts.length > 0
    if (joins) parts[parts.length - 1] += fenced ? `\n${line}` : ` ${line.trim()}`
    else parts.push(line)
    if (isFence) fenced = !fenced
    open = !fenced && !isFence && line.trim() !== '' && !/^\s*[#|]/.test(line)
  }
  return parts
}

/** The columns of a terminal; one that does not know its size says 0. */
export function columnsOf({ columns }: NodeJS.WriteStream): number {
  return columns > 0 ? columns : 80
}

/**
 * One line, broken between words, but not behind a sign of danger; colours take no room. What goes on stands under what it belongs to,
 * or behind `hang` spaces.
 */
export function wrapLine(line: string, width: number, hang?: number): string[] {
  const indent = /^\s*(?:[-*] |\d+\. )?/.exec(line)?.[0] ?? ''
  const [first = '', ...words] = line.slice(indent.length).split(/(?<![▲■∥]) /)
  const lines: string[] = []
  let current = indent + first
  for (const word of words) {
    const longer = `${current} ${word}`
    if (stripVTControlCharacters(longer).length <= width) current = longer
    else if (word !== '') {
      lines.push(current)
      current = ' '.repeat(hang ?? indent.length) + word
    }
  }
  return [...lines, current]
}

function two(n: number): string {
  return String(n).padStart(2, '0')
}

/** A clock reading for people: `0:42`, `12:05`, `1:02:09`. */
export function clockText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}
