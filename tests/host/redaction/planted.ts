import { execFileSync } from 'node:child_process'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import Handlebars from 'handlebars'
import { quote } from 'zx'

/** Fifty secrets of every kind that people have; the same in every run, so that a failure can be repeated. */
export const PLANTED: readonly string[] = plant()

function bytes(index: number): Buffer {
  return createHash('sha256').update(`planted ${index}`).digest()
}

function plant(): string[] {
  const letters = Array.from({ length: 12 }, (_, index) =>
    bytes(index)
      .toString('base64url')
      .slice(0, 16 + index),
  )
  const base64 = Array.from({ length: 8 }, (_, index) => bytes(100 + index).toString('base64'))
  const hex = Array.from({ length: 4 }, (_, index) =>
    bytes(200 + index)
      .toString('hex')
      .slice(0, 20 + index),
  )
  const marks = [
    `it's "quoted" & <tagged>`,
    'p@ss/w:rd?x=1&y=2#z',
    '$HOME`id`$(whoami)!',
    'back\\slash\\\\twice',
    '100% sure + 50%25',
    "'''''''",
    '"""{}[]"""',
    'semi;colon|pipe>out',
    '  spaces around  ',
    '#starts~with=marks',
    'tab\there',
    '-----dashes-----',
  ]
  const words = [
    'hunter2',
    'Sommerferien-2026',
    'correct horse battery staple',
    'äöüß-Ärger',
    '密码不是这个',
    '🔐rocket🚀',
    'пароль2026',
  ]
  const several = [
    'first line of it\nsecond line of it\nthird',
    'user: admin-account\r\npass: dfgh8765-kjh\r\n',
    JSON.stringify({ account: 'dr-robot', key: bytes(300).toString('base64') }, null, 2),
    pem(),
    bytes(301).toString('base64') + bytes(302).toString('base64') + bytes(303).toString('base64'),
    'ab12',
    'Z'.repeat(300),
  ]
  const all = [...letters, ...base64, ...hex, ...marks, ...words, ...several]
  if (all.length !== 50 || new Set(all).size !== 50) throw new Error(`${all.length} secrets`)
  return all
}

/** Not of a fixed seed: no key of ours stands in the repository. */
function pem(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** A text with an encoded secret in it, and the place of the characters that are the secret's own. */
export type Shown = { text: string; from: number; to: number }
export type Encoding = { name: string; show: (secret: string) => Shown }

const bash = (script: string, secret: string): string =>
  execFileSync('bash', ['-c', script, 'bash', secret], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
const lower = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())
const html = (text: string): string => Handlebars.escapeExpression(text)
const json = (text: string): string => JSON.stringify(text).slice(1, -1)
const form = (text: string): string => new URLSearchParams([['v', text]]).toString().slice(2)

/** As `new URL` writes it; it drops line ends and tabs and resolves dots, and what has any of them is shown as it is. */
function inUrl(secret: string, part: 'password' | 'pathname' | 'search' | 'hash'): string {
  const url = new URL('http://u@h/')
  url[part] = secret
  return /[\t\r\n]|\\|^.? | $/.test(secret) && part !== 'password' ? secret : url[part]
}

function plain(
  name: string,
  encode: (secret: string) => string,
  before = '>>> ',
  after = ' <<<\n',
): Encoding {
  const show = (secret: string): Shown => {
    const own = encode(secret)
    return { text: `${before}${own}${after}`, from: before.length, to: before.length + own.length }
  }
  return { name, show }
}

/** In the middle of other data, where some digits are only partly the secret's; folded as command line tools do. */
function base64(before: string, width: number, encoding: 'base64' | 'base64url' = 'base64'): Encoding {
  const folded = (digits: string): string => digits.replace(new RegExp(`.{${width}}`, 'g'), '$&\n')
  const place = (digit: number): number => digit + Math.floor(digit / width)
  const show = (secret: string): Shown => {
    const bytes = Buffer.byteLength(secret) + before.length
    const text = folded(Buffer.from(`${before}${secret}, and more`).toString(encoding))
    const last = Math.floor((bytes * 8) / 6) - 1
    return { text: `${text}.\n`, from: place(Math.ceil((before.length * 8) / 6)), to: place(last) + 1 }
  }
  return { name: `${encoding} after ${before.length}, folded at ${width}`, show }
}

/** Made by the programs and libraries themselves, not by the code under test. */
export const ENCODINGS: readonly Encoding[] = [
  plain('raw', (secret) => secret),
  plain('raw in quotes', (secret) => secret, '{"', '"}'),
  ...['', 'x', 'xy', 'user:'].map((before) => base64(before, 1e6)),
  ...['', 'x', 'xy'].map((before) => base64(before, 1e6, 'base64url')),
  ...['', 'x', 'xy', 'password: '].flatMap((before) => [base64(before, 76), base64(before, 64)]),
  plain('hex', (secret) => Buffer.from(secret).toString('hex')),
  plain('HEX', (secret) => Buffer.from(secret).toString('hex').toUpperCase()),
  plain('encodeURIComponent', encodeURIComponent),
  plain('encodeURIComponent, lower case', (secret) => lower(encodeURIComponent(secret))),
  plain('encodeURI', encodeURI),
  plain('form', form, 'v='),
  plain('form, lower case', (secret) => lower(form(secret)), 'v='),
  plain('JSON', json, '{"password":"', '"}'),
  plain('JSON in JSON', (secret) => json(json(secret)), '{"body":"{\\"password\\":\\"', '\\"}"}'),
  plain('JSON with escaped slashes', (secret) => json(secret).replaceAll('/', '\\/'), '"', '"'),
  plain('inspect', (secret) => inspect(secret, { breakLength: Infinity }).slice(1, -1), "'", "'"),
  plain('printf %q', (secret) => bash('printf %q "$1"', secret).replace(/^\$'(.*)'$/s, '$1')),
  plain('${@Q}', (secret) => bash('printf %s "${1@Q}"', secret).replace(/^\$?'(.*)'$/s, '$1'), "'", "'"),
  plain(
    'set -x',
    (secret) =>
      bash('exec 2>&1; set -x; : "$1"', secret)
        .slice(4, -1)
        .replace(/^\$?'(.*)'$/s, '$1'),
    '+ : ',
  ),
  plain('password of a URL', (secret) => inUrl(secret, 'password'), 'postgres://u:', '@h/'),
  plain('path of a URL', (secret) => inUrl(`/${secret}`, 'pathname').slice(1), 'http://h/'),
  plain('query of a URL', (secret) => inUrl(`?${secret}`, 'search').slice(1), 'http://h/?'),
  plain('fragment of a URL', (secret) => inUrl(`#${secret}`, 'hash').slice(1), 'http://h/#'),
  plain('SQL', (secret) => secret.replaceAll("'", "''"), "PASSWORD '", "'"),
  plain('SQL, escaped', (secret) => secret.replaceAll('\\', '\\\\').replaceAll("'", "''"), "E'", "'"),
  plain('apostrophes escaped', (secret) => secret.replaceAll("'", "\\'"), "'", "'"),
  plain('connection string', (secret) => secret.replace(/['\\]/g, '\\$&'), "password='", "'"),
  plain('CSV', (secret) => secret.replaceAll('"', '""'), '"', '"'),
  plain('.pgpass', (secret) => secret.replace(/[:\\]/g, '\\$&'), 'h:5432:d:u:'),
  plain('zx', (secret) => quote(secret).replace(/^\$'(.*)'$/s, '$1'), "$ psql $'", "'\n"),
  plain('HTML', html, '<b>', '</b>'),
  plain('HTML as Go writes it', (secret) =>
    html(secret)
      .replaceAll('&quot;', '&#34;')
      .replaceAll('&#x27;', '&#39;')
      .replaceAll('&#x60;', '`')
      .replaceAll('&#x3D;', '='),
  ),
]
