/** The text of a sh fence with blanks for what bash does not read in that way; as long as before, and with the same lines. */
export type ShellText = {
  /** Where variables are put in: no comments, nothing that is escaped, in single quotes, or in a heredoc with a quoted word. */
  expanded: string
  /** Also without strings and heredocs. */
  commands: string
}

/** What else may stand in a command, but for words. */
const IN_COMMAND =
  /(?<=^|[\s;&|(`])#.*|\\[^]|\$\$|\$'(?:\\[^]|[^'\\])*'|'[^']*'|["()`\n]|(?<!<)<<-?[ \t]*(?:(\w+)|[\\"'](\w+)["']?)/gm
/** In double quotes and in heredocs, a single quote and a # are only characters. */
const IN_STRING = /\\[^]|\$\$|\$\(|["`]/g
/** What a token opens is closed by this one. */
const CLOSED_BY = new Map([
  ['"', '"'],
  ['(', ')'],
  ['$(', ')'],
  ['`', '`'],
])
const IS_OPAQUE = /^[#\\']|^\$['$]/

type Heredoc = { word: string; isQuoted: boolean }
type Reader = { code: string; expanded: string[]; commands: string[]; at: number; end: number }

export function shellText(code: string): ShellText {
  const expanded = code.split('')
  const commands = code.split('')
  read({ code, expanded, commands, at: 0, end: code.length }, '')
  return { expanded: expanded.join(''), commands: commands.join('') }
}

/** Reads up to what closes this part, which it may lack: a quotation mark, a bracket, or nothing; `<<` is a heredoc. */
function read(reader: Reader, closing: string): void {
  const isString = closing === '"' || closing === '<<'
  const waiting: Heredoc[] = []
  for (let token = next(reader, isString); token; token = next(reader, isString)) {
    const [text, plain, quoted] = token
    if (text === closing) return
    if (IS_OPAQUE.test(text)) blank(reader, token.index, ['expanded', 'commands'])
    const word = plain ?? quoted
    if (word !== undefined) waiting.push({ word, isQuoted: plain === undefined })
    if (text === '\n') for (const heredoc of waiting.splice(0)) readHeredoc(reader, heredoc)
    const opens = CLOSED_BY.get(text)
    if (opens !== undefined && !(closing === '<<' && text === '"')) read(reader, opens)
  }
}

function next(reader: Reader, isString: boolean): RegExpExecArray | undefined {
  const pattern = isString ? IN_STRING : IN_COMMAND
  const from = reader.at
  pattern.lastIndex = from
  const found = pattern.exec(reader.code)
  const token = found && found.index < reader.end ? found : undefined
  reader.at = token ? pattern.lastIndex : reader.end
  if (isString) blank(reader, from, ['commands'])
  return token
}

/** What no line ends is no heredoc: `1 << 3`. */
function readHeredoc(reader: Reader, { word, isQuoted }: Heredoc): void {
  const ending = new RegExp(`^\\t*${word}$`, 'gm')
  ending.lastIndex = reader.at
  const found = ending.exec(reader.code)
  if (!found) return
  const from = reader.at
  if (!isQuoted) read({ ...reader, end: found.index }, '<<')
  reader.at = ending.lastIndex
  if (isQuoted) blank(reader, from, ['expanded', 'commands'])
}

/** From there to where the reader has come. */
function blank(reader: Reader, from: number, texts: ('expanded' | 'commands')[]): void {
  for (const text of texts)
    for (let index = from; index < reader.at; index += 1)
      if (reader.code[index] !== '\n') reader[text][index] = ' '
}
