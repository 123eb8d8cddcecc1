import { MIN_SECRET_LENGTH } from '../../model/secret.ts'

/**
 * The ways in which a secret may stand in what a program prints: as it is, and as programs encode it. Every form is the bytes that are
 * looked for. Most secrets have few: a form that is equal to another is looked for once.
 */

/** A line of a secret of several lines is looked for by itself when it is at least this long. */
const MIN_LINE_LENGTH = 8

/** Every form of every secret. */
export function formsOf(secrets: readonly string[]): Buffer[] {
  const forms = new Map<string, Buffer>()
  for (const secret of secrets.filter((value) => value.length >= MIN_SECRET_LENGTH))
    for (const part of partsOf(secret))
      for (const form of encodings(part))
        if (form.length >= MIN_SECRET_LENGTH) forms.set(form.toString('latin1'), form)
  return [...forms.values()]
}

/** The value, the value without surrounding space, with the line ends of a terminal, and its lines apart. */
function partsOf(secret: string): string[] {
  const trimmed = secret.trim()
  const lines = trimmed.split(/\r?\n/)
  const apart =
    lines.length === 1
      ? []
      : lines.map((line) => line.trim()).filter((line) => line.length >= MIN_LINE_LENGTH)
  return [secret, trimmed, lines.join('\n'), lines.join('\r\n'), ...apart].filter(
    (part) => part.length >= MIN_SECRET_LENGTH,
  )
}

function encodings(text: string): Buffer[] {
  const bytes = Buffer.from(text)
  const texts = [
    text,
    ...hexes(bytes),
    ...base64s(bytes),
    ...percents(bytes),
    ...jsons(text),
    ...shells(text),
    ...quotes(text),
    ...htmls(text),
  ]
  return Array.from(new Set(texts), (form) => Buffer.from(form))
}

function hexes(bytes: Buffer): string[] {
  const hex = bytes.toString('hex')
  return [hex, hex.toUpperCase()]
}

/** Inside longer data the value may begin at any of three places of a group; only the digits that are its own are looked for. */
function base64s(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes])
    const own = (digits: string): string =>
      digits.slice(Math.ceil((before * 8) / 6), Math.floor((padded.length * 8) / 6))
    return [own(padded.toString('base64')), own(padded.toString('base64url'))]
  })
}

/** Whose bytes the usual encoders replace. */
const ESCAPED = [
  // encodeURI, encodeURIComponent, forms, RFC 3986, Python's quote, all of them.
  /[^\w\-.!~*'();/?:@&=+$,#]/g,
  /[^\w\-.!~*'()]/g,
  /[^\w\-.*]/g,
  /[^\w\-.~]/g,
  /[^\w\-.~/]/g,
  /[^]/g,
  // User and password, path, query and fragment of a URL of browsers and Node.js, which leave % as it is.
  /[^\w!$%&'()*+,\-.~]/g,
  /[\0- "#<>?^`{}\x7f-\xff]/g,
  /[\0- "#<>?`{}\x7f-\xff]/g,
  /[\0- "#'<>\x7f-\xff]/g,
  /[\0- "#<>\x7f-\xff]/g,
  /[\0- "<>`\x7f-\xff]/g,
  // User and password of Go, and of RFC 3986.
  /[^\w\-.~$&+,;=]/g,
  /[^\w\-.~!$&'()*+,;=]/g,
]
const LOWER = Array.from({ length: 256 }, (_, byte) => `%${byte.toString(16).padStart(2, '0')}`)
const UPPER = LOWER.map((escape) => escape.toUpperCase())

function percents(bytes: Buffer): string[] {
  const text = bytes.toString('latin1')
  return ESCAPED.flatMap((escaped) =>
    [LOWER, UPPER].flatMap((table) => {
      const form = text.replace(escaped, (character) => table[character.charCodeAt(0)] ?? character)
      return [form, form.replaceAll('%20', '+')]
    }),
  )
}

/** JSON as it is usually written, with escaped slashes, for HTML, as ASCII only, and JSON inside JSON. */
function jsons(text: string): string[] {
  const plain = JSON.stringify(text).slice(1, -1)
  const forHtml = unicode(plain, /[<>&\u2028\u2029]/g, false)
  const ascii = [false, true].map((upper) => unicode(plain, /[\u0080-\uffff]/g, upper))
  const simple = [
    plain,
    plain.replaceAll('/', '\\/'),
    forHtml,
    unicode(plain, /[<>&'\u2028\u2029]/g, true),
    ...ascii,
  ]
  return [...simple, ...simple.map((form) => JSON.stringify(form).slice(1, -1))]
}

function unicode(form: string, unit: RegExp, upper: boolean): string {
  return form.replace(unit, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0')
    return `\\u${upper ? code.toUpperCase() : code}`
  })
}

/** What shells, and programs that print commands, make of a value. */
function shells(text: string): string[] {
  const quoted = [`'\\''`, `'"'"'`].map((apostrophe) => text.replaceAll("'", apostrophe))
  const doubleQuoted = text.replace(/[\\"$`]/g, '\\$&')
  const bash = text.replace(/[ \t'"\\|&;()<>!{}*[\]?^$`,]/g, '\\$&').replace(/^[#~]/, '\\$&')
  const everyMark = text.replace(/[^\w]/g, '\\$&')
  const shellwords = text.replace(/[^\w\-.,:+/@\n]/g, '\\$&')
  return [...quoted, doubleQuoted, bash, everyMark, shellwords, ...ansiC(text)]
}

/** Quotes doubled (SQL, YAML, CSV) or escaped, with backslashes escaped and not; and what a .pgpass file escapes. */
function quotes(text: string): string[] {
  const backslashes = text.replaceAll('\\', '\\\\')
  const quoted = [text, backslashes].flatMap((form) => [
    form.replaceAll("'", "''"),
    form.replaceAll("'", "\\'"),
    form.replaceAll('"', '""'),
    form.replaceAll('"', '\\"'),
  ])
  return [backslashes, ...quoted, text.replace(/[\\:]/g, '\\$&')]
}

const ANSI_C: Record<string, string> = {
  '\\': '\\\\',
  "'": "\\'",
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
  '\u001b': '\\E',
}

/** $'…' of bash: with characters beyond ASCII as they are, or as octal bytes; and with a double quote escaped too. */
function ansiC(text: string): string[] {
  const escaped = Array.from(text, (character) => ANSI_C[character] ?? character)
  const octal = escaped.map((part) =>
    part.length === 1 && part >= ' ' && part <= '~'
      ? part
      : part.startsWith('\\')
        ? part
        : [...Buffer.from(part)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
  )
  return [escaped, octal].flatMap((parts) => [
    parts.join(''),
    parts.map((part) => (part === '"' ? '\\"' : part)).join(''),
  ])
}

/** Which characters the usual encoders replace, and by what: XML, the standard libraries of Go, Python and PHP, lodash, Handlebars. */
const HTML: Record<string, string>[] = [
  {},
  { '"': '&quot;' },
  { '"': '&quot;', "'": '&#39;' },
  { '"': '&quot;', "'": '&#039;' },
  { '"': '&quot;', "'": '&#x27;' },
  { '"': '&quot;', "'": '&apos;' },
  { '"': '&#34;', "'": '&#39;' },
  { '"': '&quot;', "'": '&#x27;', '`': '&#x60;', '=': '&#x3D;' },
  { '"': '&quot;', "'": '&#x27;', '/': '&#x2F;' },
]

function htmls(text: string): string[] {
  return HTML.map((table) => {
    const all: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', ...table }
    return Array.from(text, (character) => all[character] ?? character).join('')
  })
}
