/** What a program prints is data: control characters are shown, never obeyed by a terminal or a page. */
export function printable(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(CONTROLS, (character) => {
    const code = character.charCodeAt(0)
    if (code === 13) return '\n'
    return code < 32 ? String.fromCharCode(0x2400 + code) : '\uFFFD'
  })
}

/** Text that carries our own colours; nothing else that a terminal obeys gets through. */
export function printableInColour(text: string): string {
  // Nearly every line: several are written for each step.
  if (!UNPRINTABLE.test(text)) return text
  return text
    .split(COLOURS)
    .map((part, index) => (index % 2 === 0 ? printable(part) : part))
    .join('')
}

/** A value on one line; JSON itself leaves some of what a terminal obeys as it is. */
export function jsonLine(value: object): string {
  return JSON.stringify(value).replace(
    CONTROLS,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

// eslint-disable-next-line no-control-regex -- bold, dim and the plain colours, as styleText writes them
const COLOURS = /(\u001b\[(?:1|2|22|3[1-6]|39)m)/

/** Besides those of ASCII: C1, which terminals obey too, and the marks that make text run the other way. */
// eslint-disable-next-line no-control-regex -- control characters are what this is about
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
const UNPRINTABLE = new RegExp(CONTROLS.source)
