/**
 * Text of journals, programs and people in a Markdown document (`mdx: { format: md }`): the page prints the same characters. One
 * form is right in prose, in a table and in `<code>`, because every character that could mean something is escaped everywhere.
 */

// eslint-disable-next-line no-control-regex -- control characters are what this is about
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** Control characters are shown, and what turns the direction of writing is not obeyed: as a terminal shows them. */
export function visible(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .toWellFormed()
    .replace(CONTROLS, (character) => {
      const code = character.charCodeAt(0)
      return code < 32 ? String.fromCharCode(0x2400 + code) : '\uFFFD'
    })
}

/** What a character of Markdown or HTML is written as. */
const MEANS: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** On one line: a line break becomes `<br />`. */
export function prose(text: string): string {
  return (
    visible(text)
      .replace(/[&<>]/g, (character) => MEANS[character] ?? character)
      .replace(/[\\`*_[\]|~@]/g, String.raw`\$&`)
      .replace(/:(?=[A-Za-z:/])/g, String.raw`\:`)
      // An address is a link all the same, but only once its escapes are undone.
      .replace(/www\./gi, (start) => `${start.slice(0, -1)}\\.`)
      .replace(/^([#+=-])/, String.raw`\$1`)
      .replace(/^(\d+)([.)])/, String.raw`$1\$2`)
      .replace(/^\s+|\s+$/g, (spaces) => spaces.replace(/./gu, spaceEntity))
      .replaceAll('\n', '<br />')
  )
}

function spaceEntity(space: string): string {
  return `&#${space.codePointAt(0)};`
}

/** Code within a line, also in a table. */
export function code(text: string): string {
  return `<code>${prose(text)}</code>`
}

/** A code block, its fence longer than any run of backticks within. */
export function fence(text: string, language = 'text'): string {
  const shown = visible(text).replace(/\n$/, '')
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length))
  const marks = '`'.repeat(Math.max(3, longest + 1))
  return `${marks}${language}\n${shown}\n${marks}`
}

/** A link; an address of any other kind than these is shown, not linked. */
export function link(text: string, url: string): string {
  if (!/^(https?:\/\/|\.{0,2}\/|[a-z0-9])/i.test(url) || /^(javascript|data|vbscript):/i.test(url))
    return `${prose(text)} (${prose(url)})`
  return `[${prose(text)}](<${encodeURI(url.toWellFormed()).replace(/[<>\\]/g, encodeURIComponent)}>)`
}
