import Prism from 'prismjs'
import 'prismjs/components/prism-bash.js'
import 'prismjs/components/prism-json.js'
import 'prismjs/components/prism-sql.js'
import 'prismjs/components/prism-typescript.js'
import 'prismjs/components/prism-yaml.js'

/** A piece of code and how it is coloured: `''` for plain text. All pieces in order are the code, byte for byte. */
export type Token = readonly [kind: string, text: string]

const GRAMMAR: Record<string, string> = {
  bash: 'bash',
  json: 'json',
  sh: 'bash',
  shell: 'bash',
  sql: 'sql',
  ts: 'typescript',
  typescript: 'typescript',
  yaml: 'yaml',
  yml: 'yaml',
}

// Few colours: what a reader has to tell apart is comment, text and keyword.
const KIND: Record<string, string> = {
  boolean: 'value',
  comment: 'comment',
  constant: 'value',
  environment: 'value',
  function: 'call',
  'function-name': 'call',
  keyword: 'keyword',
  builtin: 'call',
  key: 'call',
  number: 'value',
  regex: 'string',
  shebang: 'comment',
  string: 'string',
  'string-property': 'call',
  'template-string': 'string',
  variable: 'value',
}

/** Colours code when the page is built, so that the page needs no script for it. */
export function tokensOf(code: string, lang: string): Token[] {
  const grammar = Prism.languages[GRAMMAR[lang] ?? '']
  if (grammar === undefined) return [['', code]]
  const tokens: [string, string][] = []
  flatten(Prism.tokenize(code, grammar), '', tokens)
  const back = tokens.map(([, text]) => text).join('')
  // A highlighter that loses a byte must cost the colours, never the byte.
  return back === code ? tokens : [['', code]]
}

function flatten(stream: Prism.TokenStream, kind: string, into: [string, string][]): void {
  if (typeof stream === 'string') add(kind, stream, into)
  else if (Array.isArray(stream)) for (const part of stream) flatten(part, kind, into)
  else flatten(stream.content, KIND[stream.type] ?? kind, into)
}

function add(kind: string, text: string, into: [string, string][]): void {
  const last = into.at(-1)
  if (last?.[0] === kind) last[1] += text
  else if (text !== '') into.push([kind, text])
}
