import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import path from 'node:path'
import { test } from 'node:test'
import { lintSource } from '@secretlint/core'
import { creator, rules } from '@secretlint/secretlint-rule-preset-recommend'
import { createRedactor } from '../../../src/host/redaction/index.ts'
import { SHAPES } from '../../../src/host/redaction/shapes.ts'

const redactor = createRedactor([])

/** `length` characters of the alphabet, the same in every run; no real token is in the repository. */
function made(
  length: number,
  alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
): string {
  const bytes = createHash('shake256', { outputLength: length }).update(`${length}${alphabet}`).digest()
  return Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join('')
}
const letters = (length: number): string =>
  made(length, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ')
const digits = (length: number): string => made(length, '0123456789')
const hex = (length: number): string => made(length, '0123456789abcdef')
const keyOf = (type: 'pkcs1' | 'pkcs8'): string =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type, format: 'pem' }).toString()
const inside = (pem: string): string => pem.split('\n').slice(1, -2).join('\n')

const pem = keyOf('pkcs1')
const opsToken = Buffer.from(
  JSON.stringify({ email: made(30), secretKey: made(60), more: made(41), x: {} }),
).toString('base64')

/** By rule of secretlint: texts that it reports, and what of each is the secret. */
const SAMPLES: Record<string, [text: string, secret: string][]> = {
  aws: [
    [`AWS_SECRET_ACCESS_KEY=${made(40)}`, made(40)],
    [`aws_secret_access_key = "${made(40)}"`, made(40)],
    [`"SecretAccessKey": "${made(40)}",`, made(40)],
  ],
  gcp: [
    [JSON.stringify({ private_key_id: hex(40), private_key: pem }), JSON.stringify(inside(pem)).slice(1, -1)],
  ],
  privatekey: [
    [pem, inside(pem)],
    [JSON.stringify({ key: pem }), JSON.stringify(inside(pem)).slice(1, -1)],
    [pem.replaceAll('\n', '\r\n'), inside(pem).replaceAll('\n', '\r\n')],
    [pem.replaceAll('\n', ' '), inside(pem).replaceAll('\n', ' ')],
  ],
  npm: [
    [`npm_${made(36)}`, made(36)],
    [`//registry.example.com/:_authToken=${made(30)}`, made(30)],
  ],
  basicauth: [[`https://admin:${made(12)}@registry.example.com/path`, made(12)]],
  slack: [
    [`xoxb-${digits(12)}-${digits(13)}-${made(24)}`, made(24)],
    [`https://hooks.slack.com/services/T${made(8)}/B${made(9)}/${made(24)}`, made(24)],
  ],
  sendgrid: [[`SG.${made(22)}.${made(43)}`, made(43)]],
  shopify: [[`shpat_${hex(32)}`, hex(32)]],
  stripe: [
    [`sk_live_${made(24)}`, made(24)],
    [`rk_test_${made(99)}`, made(99)],
  ],
  github: [
    ...['ghp', 'gho', 'ghu', 'ghs', 'ghr'].map((kind): [string, string] => [`${kind}_${made(36)}`, made(36)]),
    [`github_pat_${made(82)}`, made(82)],
    [`ghs_12345_${made(36)}.${made(200)}.${made(43)}`, made(200)],
  ],
  gitlab: [[`glpat-${made(20)}`, made(20)]],
  grafana: [
    [`glc_${made(120)}==`, made(120)],
    [`glsa_${made(32)}_${hex(8)}`, made(32)],
  ],
  openai: [
    [`sk-proj-${made(74)}T3BlbkFJ${made(74)}`, made(74)],
    [`sk-${made(20)}T3BlbkFJ${made(20)}`, made(20)],
  ],
  anthropic: [[`sk-ant-api03-${made(93)}AA`, made(93)]],
  groq: [[`gsk_${made(52)}`, made(52)]],
  huggingface: [[`hf_${letters(34)}`, letters(34)]],
  linear: [[`lin_api_${made(40)}`, made(40)]],
  notion: [[`ntn_${digits(11)}${made(35)}`, made(35)]],
  '1password': [[`ops_${opsToken}`, opsToken.slice(10)]],
  'database-connection-string': [
    [`mongodb+srv://root:${made(16)}@cluster0.example.net/db?retryWrites=true`, made(16)],
    [`mysql://root:${made(16)}@db.example.net:3306/shop`, made(16)],
    [`postgres://app:p%40ss-${made(16)}@10.0.0.1:5432/orders`, made(16)],
  ],
  'hashicorp-vault': [
    [`hvs.${made(95)}`, made(95)],
    [`hvb.${made(150)}`, made(150)],
    [`hvr.${made(95)}`, made(95)],
  ],
  vercel: [[`vcp_${made(24)}`, made(24)]],
  databricks: [[`dapi${hex(32)}-2`, hex(32)]],
  docker: [[`dckr_pat_${made(27)}`, made(27)]],
  figma: [[`figd_${made(44)}`, made(44)]],
  cloudflare: [[`cfut_${made(40)}${hex(8)}`, made(40)]],
  tailscale: [[`tskey-auth-${made(12)}-${made(32)}`, made(32)]],
}

/** Does not look for secrets: it lets a text switch other rules off, which no output may do here. */
const NOT_A_SCANNER = 'filter-comments'

/** Some rules look only into files of a kind. */
const FILES: Record<string, string> = { gcp: 'key.json', npm: '.npmrc' }

async function reportedBy(text: string, rule = ''): Promise<string[]> {
  const filePath = FILES[rule] ?? 'output.log'
  const source = { content: text, filePath, ext: path.extname(`x${filePath}`), contentType: 'text' as const }
  const config = { rules: [{ id: 'preset', rule: creator, options: {} }] }
  const { messages } = await lintSource({ source, options: { config, noPhysicFilePath: true } })
  return messages.map(({ ruleId }) => ruleId.replace('@secretlint/secretlint-rule-', ''))
}

void test('there is a sample for every rule of secretlint', () => {
  const known = rules.map(({ meta }) => meta.id.replace('@secretlint/secretlint-rule-', ''))
  assert.deepEqual(known.filter((name) => name !== NOT_A_SCANNER).sort(), Object.keys(SAMPLES).sort())
})

for (const [rule, samples] of Object.entries(SAMPLES))
  void test(`secretlint ${rule}: what it reports is redacted, wherever it is cut`, async () => {
    for (const [sample, secret] of samples) {
      assert.ok((await reportedBy(sample, rule)).includes(rule), `${rule} does not report ${sample}`)
      for (const text of [sample, `token: ${sample}\nnext line`, `{"a":"${sample}"}`])
        assertRedacted(text, secret)
    }
  })

void test('secretlint finds nothing in what is left of all samples together', async () => {
  const all = Object.values(SAMPLES).flatMap((samples) => samples.map(([text]) => text))
  const before = await reportedBy(all.join('\n'))
  const after = await reportedBy(redactor.redactText(all.join('\n')))
  assert.ok(before.length >= 40, `${before.length} of ${all.length}`)
  // These two look only at the words around a secret.
  assert.deepEqual(
    [...new Set(after)].filter((rule) => !['gcp', 'database-connection-string'].includes(rule)),
    [],
  )
})

void test('every anchor of the table begins a token that is found', () => {
  for (const { name, anchors } of SHAPES)
    for (const anchor of anchors) {
      const text = `${anchor}${tail(name)}`
      assert.notEqual(redactor.redactText(`- ${text} -`), `- ${text} -`, `${name}: ${text}`)
    }
})

function tail(name: string): string {
  const run = 'A1B2C3D4E5F6'.repeat(12)
  if (name === 'password in a URL') return 'user:pass@host'
  if (name === 'private key') return `\n${run}\n-----END`
  if (name === 'Authorization header') return ': Basic dXNlcjpwYXNz'
  if (name.startsWith('AWS se')) return ` = ${run}`
  return name === 'SendGrid key' || name === 'JSON web token' ? `${run}.${run}` : run
}

const jwt = `${['{"alg":"HS256","typ":"JWT"}', `{"sub":"${made(40)}"}`].map((part) => Buffer.from(part).toString('base64url')).join('.')}.${made(43)}`
const openssh = `-----BEGIN OPENSSH PRIVATE KEY-----\n${made(70)}\n${made(70)}\n${made(20)}==\n-----END OPENSSH PRIVATE KEY-----\n`
const encrypted = `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,${hex(32).toUpperCase()}\n\n${made(64)}\n${made(64)}\n-----END RSA PRIVATE KEY-----`

const MORE: [text: string, clean: string][] = [
  [
    `GET / HTTP/1.1\r\nAuthorization: Bearer ${jwt}\r\nHost: x\r\n`,
    'GET / HTTP/1.1\r\nAuthorization: [redacted]\r\nHost: x\r\n',
  ],
  ['{"Authorization":"Basic dXNlcjpwYXNz","x":1}', '{"Authorization":"[redacted]","x":1}'],
  ['{\\"authorization\\": \\"token abc12345\\"}', '{\\"authorization\\": \\"[redacted]\\"}'],
  ["-H 'authorization: Digest username=x, response=y'", "-H 'authorization: [redacted]'"],
  ['Authorization is needed for this', 'Authorization is needed for this'],
  ['Authorization: none', 'Authorization: none'],
  [`the bearer ${made(40)}.`, 'the bearer [redacted]'],
  ['bearer authentication is used', 'bearer authentication is used'],
  [`id_token ${jwt}, ok`, 'id_token eyJ[redacted], ok'],
  ['https://example.com/a@b:c', 'https://example.com/a@b:c'],
  ['http://[::1]:8080/x', 'http://[::1]:8080/x'],
  ['redis://:s3cr3t@cache:6379/0', 'redis://:[redacted]@cache:6379/0'],
  ['amqp://app:p@ss@mq', 'amqp://app:[redacted]@mq'],
  ["at postgres://app:it's-O'Hara@db/x", 'at postgres://app:[redacted]@db/x'],
  ["'postgres://app:pw@db','ada@example.com'", "'postgres://app:[redacted]@db','ada@example.com'"],
  ["['http://edge:8443', 'ada@example.com']", "['http://edge:8443', 'ada@example.com']"],
  ["x='http://edge:8443'", "x='http://edge:8443'"],
  ['jdbc:postgresql:\\/\\/u:pw@h\\/d', 'jdbc:postgresql:\\/\\/u:[redacted]@h\\/d'],
  [`https://${made(20)}:x-oauth-basic@github.com/`, 'https://[redacted]:x-oauth-basic@github.com/'],
  [openssh, '-----BEGIN OPENSSH PRIVATE KEY-----[redacted]-----END OPENSSH PRIVATE KEY-----\n'],
  [encrypted, '-----BEGIN RSA PRIVATE KEY-----[redacted]-----END RSA PRIVATE KEY-----'],
  [
    'It begins with -----BEGIN PRIVATE KEY----- and then base64.',
    'It begins with -----BEGIN PRIVATE KEY----- and then base64.',
  ],
  [
    '-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----',
    '-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----',
  ],
  [`hf_${made(10)} sk-${made(12)} eyJ${made(20)}`, `hf_${made(10)} sk-${made(12)} eyJ${made(20)}`],
]

void test('shapes beside those of secretlint, and what only looks like one', () => {
  for (const [text, clean] of MORE) {
    assert.equal(redactor.redactText(text), clean)
    assertSame(text, clean)
  }
})

void test('a token that is longer than what is ever held back is hidden to its end', () => {
  const long = made(100_000)
  for (const [before, after] of [
    ['ghp_', '\n'],
    [`eyJ${made(40)}.`, ' '],
    ['-----BEGIN PRIVATE KEY-----\n', '-----END'],
    ['Authorization: Bearer ', '\r\n'],
  ] as const)
    assert.equal(
      redactor.redactText(`${before}${long}${after}`).length,
      redactor.redactText(`${before}${long.slice(0, 50)}${after}`).length,
    )
})

function assertRedacted(text: string, secret: string): void {
  const clean = redactor.redactText(text)
  assert.ok(text.includes(secret))
  assert.ok(
    !clean.includes(secret.slice(0, 12)) && !clean.includes(secret.slice(-12)),
    `${text} became ${clean}`,
  )
  assertSame(text, clean)
}

/** The same whatever the cut. */
function assertSame(text: string, clean: string): void {
  const bytes = Buffer.from(text)
  for (let place = 0; place <= bytes.length; place += 1) {
    const stream = redactor.stream()
    const parts = [stream.push(bytes.subarray(0, place)), stream.push(bytes.subarray(place)), stream.end()]
    assert.equal(Buffer.concat(parts).toString(), clean, `${text} cut at ${place}`)
  }
}
