/**
 * What tokens of well-known services look like: how they begin, of what they consist, and how long they are at least. Tests hold this
 * table against every rule of secretlint (docs/decisions/0006-redaction.md says why its rules do not run here themselves).
 */

/** Which bytes are of a class of characters. Worked out when the first token of a kind is seen: most runs see none. */
export type Class = () => Uint8Array

/**
 * What stands after an anchor: nothing (looked at up to `until`), perhaps something once more is known, or a secret from `from` to
 * `to`, which goes on with what follows when it is `open`. The anchor is let through: it tells what was there.
 */
export type Verdict = 'more' | { until: number } | { from: number; to: number; open: boolean }

export type Shape = {
  name: string
  /** Where the shape is documented. */
  source: string
  anchors: readonly string[]
  /** What an open secret goes on with. */
  body: Class
  /** Looks at data from `from`, the end of an anchor, up to `end`. `last`: there will be no more. */
  judge: (data: Buffer, from: number, end: number, last: boolean) => Verdict
}

/** More than this is never held back in order to find out what it is. */
export const MOST_UNDECIDED = 4096

function classOf(pattern: RegExp): Class {
  let known: Uint8Array | undefined
  const isIn = (_: unknown, byte: number): number => (pattern.test(String.fromCharCode(byte)) ? 1 : 0)
  return () => (known ??= Uint8Array.from({ length: 256 }, isIn))
}

const UPPER = classOf(/[A-Z0-9]/)
const ALNUM = classOf(/[A-Za-z0-9]/)
const WORD = classOf(/[A-Za-z0-9_-]/)
const DOTTED = classOf(/[A-Za-z0-9_.-]/)
const BASE64 = classOf(/[A-Za-z0-9+/=]/)
const PATH = classOf(/[A-Za-z0-9_@/-]/)
const ASSIGNED_WORD = classOf(/[\w=-]/)
const GRAFANA = classOf(/[\w+/=]/)
const BEARER = classOf(/[A-Za-z0-9._~+/=-]/)
const URL_ENCODED = classOf(/[A-Za-z0-9%+/=_-]/)
const ASSIGNMENT = classOf(/[ \t"'=:>\\]/)
const PEM_BODY = classOf(/[A-Za-z0-9+/=\s\\]/)
const NOT_QUOTED = classOf(/[^\s"'\\]/)
const HEADER_VALUE = classOf(/[^"'\\\r\n]/)
const AUTHORITY = classOf(/[^\s/?#"'<>`\\]/)

function runEnd(data: Buffer, from: number, end: number, allowed: Class): number {
  const isAllowed = allowed()
  let at = from
  while (at < end && isAllowed[data[at] ?? 0] === 1) at += 1
  return at
}

/** Runs of characters with a least length each; between two runs one dot. */
function token(
  name: string,
  source: string,
  anchors: readonly string[],
  runs: readonly [Class, number][],
): Shape {
  const judge: Shape['judge'] = (data, anchorEnd, end, last) => {
    let at = anchorEnd
    for (const [index, [allowed, least]] of runs.entries()) {
      if (index > 0 && at < end && data[at] !== DOT) return { until: at }
      const from = index === 0 ? at : at + 1
      const to = runEnd(data, from, end, allowed)
      if (index === runs.length - 1 && to - from >= least) return { from: anchorEnd, to, open: to === end }
      if (to >= end && !last) return 'more'
      if (to - from < least) return { until: to }
      at = to
    }
    return { until: at }
  }
  return { name, source, anchors, body: runs.at(-1)?.[0] ?? WORD, judge }
}
const DOT = 46

/** A name, then `=`, `: "` or the like, then the value; only the value is secret. */
function assigned(
  name: string,
  source: string,
  anchors: readonly string[],
  value: Class,
  least: number,
): Shape {
  const judge: Shape['judge'] = (data, anchorEnd, end, last) => {
    const from = runEnd(data, anchorEnd, end, ASSIGNMENT)
    const to = runEnd(data, from, end, value)
    if (from > anchorEnd && to - from >= least) return { from, to, open: to === end }
    return to < end || last ? { until: to } : 'more'
  }
  return { name, source, anchors, body: value, judge }
}

/** An apostrophe before more of a word is part of a password, else it ends what is quoted. */
function authorityEnd(data: Buffer, from: number, end: number): number {
  let to = runEnd(data, from, end, AUTHORITY)
  while (to < end - 1 && data[to] === APOSTROPHE && WORD()[data[to + 1] ?? 0] === 1)
    to = runEnd(data, to + 1, end, AUTHORITY)
  return to
}
const APOSTROPHE = 39

/** `scheme://user:password@host`: the password. A password may hold an @ that nobody encoded. */
const passwordInUrl: Shape = {
  name: 'password in a URL',
  source: 'RFC 3986, 3.2.1',
  anchors: ['://', ':\\/\\/'],
  body: NOT_QUOTED,
  judge: (data, from, end, last) => {
    const to = authorityEnd(data, from, end)
    if (to >= end - 1 && !last) return 'more'
    const authority = data.toString('latin1', from, to)
    const colon = authority.indexOf(':')
    const at = authority.lastIndexOf('@')
    if (colon === -1 || at <= colon + 1) return { until: to }
    // GitHub takes a token as the user of this password.
    if (authority.slice(colon + 1, at) === 'x-oauth-basic') return { from, to: from + colon, open: false }
    return { from: from + colon + 1, to: from + at, open: false }
  },
}

/** Everything after the first line of a private key, once there is as much base64 as no prose has. */
const privateKey: Shape = {
  name: 'private key',
  source: 'RFC 7468; RFC 9580, 6.2; secretlint privatekey',
  anchors: ['', 'RSA ', 'EC ', 'DSA ', 'OPENSSH ', 'ENCRYPTED ', 'ED25519 ', 'ANY ']
    .map((kind) => `-----BEGIN ${kind}PRIVATE KEY-----`)
    .concat('-----BEGIN PGP PRIVATE KEY BLOCK-----', '---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----'),
  body: PEM_BODY,
  judge: (data, from, end, last) => {
    const text = data.toString('latin1', from, end)
    const border = text.indexOf('----')
    const body = border === -1 ? text : text.slice(0, border)
    const isProse = body.length >= SOON && !/[A-Za-z0-9+/=]{24}/.test(body.slice(0, SOON))
    const key = isProse ? -1 : body.search(/[A-Za-z0-9+/=]{40}/)
    if (key !== -1) {
      const to = runEnd(data, from + key, end, PEM_BODY)
      return { from, to, open: to === end }
    }
    return border !== -1 || last || isProse ? { until: from + body.length } : 'more'
  },
}
/** After so many bytes, which hold all that may stand before the key itself, it has begun. */
const SOON = 512

/** The value of the header up to the end of its line or of its quotes. */
const authorization: Shape = {
  name: 'Authorization header',
  source: 'RFC 9110, 11.6.2',
  anchors: ['uthorization', 'UTHORIZATION'],
  body: HEADER_VALUE,
  judge: (data, anchorEnd, end, last) => {
    const from = runEnd(data, anchorEnd, end, ASSIGNMENT)
    const to = runEnd(data, from, end, HEADER_VALUE)
    if (from === end && !last) return 'more'
    const isAssigned = /[:=]/.test(data.toString('latin1', anchorEnd, from))
    if (isAssigned && to - from >= 8) return { from, to, open: to === end }
    return to === end && isAssigned && !last ? 'more' : { until: to }
  },
}

/** `Bearer` and what cannot be a word: long, and with a digit. */
const bearer: Shape = {
  name: 'bearer token',
  source: 'RFC 6750, 2.1',
  anchors: ['earer ', 'EARER '],
  body: BEARER,
  judge: (data, from, end, last) => {
    const to = runEnd(data, from, end, BEARER)
    const hasDigit = /[0-9]/.test(data.toString('latin1', from, to))
    if (to - from >= 16 && hasDigit) return { from, to, open: to === end }
    return to === end && !last ? 'more' : { until: to }
  },
}

/** Sources: `secretlint x` is its rule x, `gitleaks x` a rule of its configuration, else a standard or the vendor's page. */
type Row = readonly [name: string, source: string, anchors: string, body: Class, least: number]
const ROWS: readonly Row[] = [
  // Clouds
  ['AWS access key', 'gitleaks aws-access-token', 'AKIA ASIA ABIA ACCA A3T', UPPER, 16],
  ['Google API key', 'gitleaks gcp-api-key', 'AIza', WORD, 35],
  ['Google OAuth token', 'developers.google.com OAuth 2.0', 'ya29. GOCSPX-', DOTTED, 20],
  ['Azure key', 'learn.microsoft.com connection strings', 'AccountKey= SharedAccessKey=', BASE64, 40],
  ['Azure signature', 'learn.microsoft.com SAS', 'sig=', URL_ENCODED, 40],
  ['DigitalOcean token', 'gitleaks digitalocean-*', 'dop_v1_ doo_v1_ dor_v1_', ALNUM, 64],
  ['Cloudflare token', 'secretlint cloudflare', 'cfk_ cfut_ cfat_', ALNUM, 48],
  ['Databricks token', 'secretlint databricks', 'dapi', ALNUM, 32],
  ['Vercel token', 'secretlint vercel', 'vcp_ vci_ vca_ vcr_ vck_', ALNUM, 20],
  ['Fly token', 'gitleaks flyio-access-token', 'fo1_ fm1_ fm2_ fm1r_ fm1a_', BASE64, 40],
  ['PlanetScale token', 'gitleaks planetscale-*', 'pscale_tkn_ pscale_pw_ pscale_oauth_', DOTTED, 32],
  // Code and packages
  ['GitHub token', 'secretlint github', 'ghp_ gho_ ghu_ ghr_', WORD, 36],
  ['GitHub app token', 'secretlint github', 'ghs_', DOTTED, 36],
  ['GitHub fine-grained token', 'secretlint github', 'github_pat_', WORD, 22],
  [
    'GitLab token',
    'docs.gitlab.com token prefixes',
    'glpat- gldt- glrt- glcbt- glptt- glft- glsoat-',
    DOTTED,
    20,
  ],
  ['GitLab token', 'docs.gitlab.com token prefixes', 'gloas- glagent- glimt- glffct-', DOTTED, 20],
  ['Atlassian token', 'gitleaks atlassian-api-token', 'ATATT3 ATCTT3 ATBB', ASSIGNED_WORD, 24],
  ['npm token', 'secretlint npm', 'npm_', WORD, 36],
  ['npm registry token', 'secretlint npm', '_authToken= :_auth= :_password=', NOT_QUOTED, 8],
  ['PyPI token', 'gitleaks pypi-upload-token', 'pypi-AgE', WORD, 50],
  ['Docker token', 'secretlint docker', 'dckr_pat_ dckr_oat_', WORD, 27],
  ['Figma token', 'secretlint figma', 'figd_', WORD, 40],
  // Chat
  ['Slack token', 'secretlint slack', 'xoxb- xoxp- xoxa- xoxo- xoxr- xoxs- xoxe- xoxe. xapp-', DOTTED, 10],
  ['Slack webhook', 'secretlint slack', 'hooks.slack.com/services/ hooks.slack.com/workflows/', PATH, 20],
  ['Discord webhook', 'gitleaks discord-*', '/api/webhooks/', PATH, 60],
  ['Teams webhook', 'gitleaks microsoft-teams-webhook', '.webhook.office.com/webhookb2/', PATH, 40],
  ['Telegram token', 'core.telegram.org/bots/api', ':AA', WORD, 32],
  // Secrets, monitoring, payment, models
  ['Vault token', 'secretlint hashicorp-vault', 'hvs. hvb. hvr.', WORD, 24],
  ['Terraform token', 'gitleaks hashicorp-tf-api-token', '.atlasv1.', WORD, 60],
  ['1Password token', 'secretlint 1password', 'ops_ey', BASE64, 100],
  ['Doppler token', 'gitleaks doppler-api-token', 'dp.pt. dp.st. dp.ct.', DOTTED, 40],
  ['age key', 'gitleaks age-secret-key', 'AGE-SECRET-KEY-1', UPPER, 40],
  ['Pulumi token', 'gitleaks pulumi-api-token', 'pul-', ALNUM, 40],
  ['Tailscale key', 'secretlint tailscale', 'tskey-', WORD, 24],
  ['Grafana token', 'secretlint grafana', 'glc_ glsa_', GRAFANA, 32],
  ['Sentry token', 'gitleaks sentry-*', 'sntrys_ sntryu_', BASE64, 40],
  ['New Relic key', 'gitleaks new-relic-user-api-key', 'NRAK-', ALNUM, 24],
  ['Shopify token', 'secretlint shopify', 'shppa_ shpca_ shpat_ shpss_', ALNUM, 32],
  ['Stripe key', 'secretlint stripe', 'sk_live_ sk_test_ rk_live_ rk_test_ whsec_', ALNUM, 24],
  ['OpenAI key', 'secretlint openai', 'sk-proj- sk-svcacct- sk-admin-', WORD, 40],
  ['OpenAI key', 'secretlint openai', 'sk-', ALNUM, 40],
  ['Anthropic key', 'secretlint anthropic', 'sk-ant-', WORD, 40],
  ['Groq key', 'secretlint groq', 'gsk_', ALNUM, 40],
  ['Hugging Face token', 'secretlint huggingface', 'hf_', ALNUM, 34],
  ['Linear key', 'secretlint linear', 'lin_api_', WORD, 32],
  ['Notion token', 'secretlint notion', 'ntn_', ALNUM, 40],
]

/** The spellings of `secret access key` that secretlint's rule aws knows. */
const SECRET_ACCESS_KEY = ['SECRET', 'secret', 'Secret'].flatMap((first) =>
  ['_', ''].flatMap((one) =>
    ['ACCESS', 'access', 'Access'].flatMap((second) =>
      ['_', ''].flatMap((two) =>
        ['KEY', 'key', 'Key'].map((third) => `${first}${one}${second}${two}${third}`),
      ),
    ),
  ),
)
const SESSION_TOKEN = ['SessionToken', 'SESSION_TOKEN', 'session_token']

const header: [Class, number] = [WORD, 10]
const payload: [Class, number] = [DOTTED, 10]
const words: [Class, number] = [WORD, 16]

export const SHAPES: readonly Shape[] = [
  passwordInUrl,
  privateKey,
  authorization,
  bearer,
  assigned('AWS secret access key', 'secretlint aws', SECRET_ACCESS_KEY, BASE64, 40),
  assigned('AWS session token', 'docs.aws.amazon.com STS', SESSION_TOKEN, BASE64, 100),
  token('JSON web token', 'RFC 7519', ['eyJ'], [header, payload]),
  token('SendGrid key', 'secretlint sendgrid', ['SG.'], [words, words]),
  ...ROWS.map(([name, source, anchors, body, least]) =>
    token(name, source, anchors.split(' '), [[body, least]]),
  ),
]
