import { createHmac } from 'node:crypto'
import type { Channel, ChannelOf } from '../model/communication.ts'
import type { Phase } from '../model/message-words.ts'

/** A message that is to leave by one channel. */
export type Letter = {
  /** The incident or run, and the number of the message in it: the same for every attempt. */
  of: string
  message: string
  channelId: string
  title: string
  subject: string
  body: string
  severity: string
  phase: Phase | null
  /** Milliseconds since 1970. */
  at: number
  /** What the status page called this incident when it was first told. */
  statusPageIncident: string | undefined
}

/** Exactly what leaves. */
export type Outgoing =
  | {
      kind: 'http'
      method: 'POST' | 'PATCH'
      url: string
      headers: Record<string, string>
      body: string
      caFile: string | undefined
      timeoutMs: number
    }
  | { kind: 'smtp'; channel: ChannelOf<'smtp'>; password: string | undefined; mail: Mail }
  | { kind: 'file'; name: string; body: string }
  | { kind: 'clipboard'; body: string }

export type Mail = {
  from: string
  to: string[]
  subject: string
  text: string
  messageId: string
  headers: Record<string, string>
}

/** The value of a secret, or what stands for it when it is only shown. */
export type Reveal = (secret: string) => string

export const SIGNATURE_HEADER = 'X-Drillbook-Signature'
export const TIMESTAMP_HEADER = 'X-Drillbook-Timestamp'
const MOST_SUMMARY = 1024

export function outgoing(channel: Channel, letter: Letter, reveal: Reveal): Outgoing {
  switch (channel.kind) {
    case 'smtp':
      return smtp(channel, letter, reveal)
    case 'slack':
      return http(channel, letter, addressOf(channel, reveal), { text: forSlack(letter.body) })
    case 'webhook':
      return webhook(channel, letter, reveal)
    case 'pagerduty':
      return http(channel, letter, channel.url, pagerDutyEvent(channel, letter, reveal))
    case 'statuspage':
      return statusPage(channel, letter, reveal)
    case 'file':
      return {
        kind: 'file',
        name: `${letter.message.replaceAll('/', '.')}-${letter.channelId}.md`,
        body: letter.body,
      }
    case 'clipboard':
      return { kind: 'clipboard', body: letter.body }
  }
}

type HttpChannel = ChannelOf<'slack' | 'webhook' | 'pagerduty' | 'statuspage'>

function http(
  { caFile, timeout }: HttpChannel,
  letter: Letter,
  url: string,
  value: object,
  headers: Record<string, string> = {},
): Extract<Outgoing, { kind: 'http' }> {
  return {
    kind: 'http',
    method: 'POST',
    url,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'User-Agent': 'Drillbook',
      'Idempotency-Key': keyOf(letter),
      ...headers,
    },
    body: JSON.stringify(value),
    caFile,
    timeoutMs: timeout,
  }
}

/** The same for every attempt: whoever gets a message twice can tell. */
function keyOf({ of, message, channelId }: Letter): string {
  return `${of}/${message}/${channelId}`
}

function addressOf({ url }: ChannelOf<'slack' | 'webhook'>, reveal: Reveal): string {
  return typeof url === 'string' ? url : reveal(url.secret)
}

/** Slack reads `<…>` as links and `&` as entities. */
function forSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function webhook(channel: ChannelOf<'webhook'>, letter: Letter, reveal: Reveal): Outgoing {
  const { of, message, title, subject, body, severity, phase, at } = letter
  const value = { of, message, title, subject, body, severity, phase, at: new Date(at).toISOString() }
  const request = http(channel, letter, addressOf(channel, reveal), value)
  const timestamp = String(Math.floor(at / 1000))
  request.headers[TIMESTAMP_HEADER] = timestamp
  request.headers[SIGNATURE_HEADER] =
    `sha256=${signatureOf(reveal(channel.signWith.secret), timestamp, request.body)}`
  return request
}

/** HMAC-SHA-256 over `<timestamp>.<body>`, in hexadecimal digits. */
export function signatureOf(secret: string, timestamp: string, body: string): string {
  return createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
}

const PAGERDUTY_SEVERITY: Record<string, string> = {
  sev1: 'critical',
  sev2: 'error',
  sev3: 'warning',
  sev4: 'info',
}

function pagerDutyEvent(channel: ChannelOf<'pagerduty'>, letter: Letter, reveal: Reveal): object {
  const { of, subject, body, severity, phase, at } = letter
  return {
    routing_key: reveal(channel.routingKey.secret),
    event_action: phase === 'resolved' ? 'resolve' : 'trigger',
    dedup_key: of,
    client: 'Drillbook',
    payload: {
      summary: subject.slice(0, MOST_SUMMARY),
      source: of,
      severity: PAGERDUTY_SEVERITY[severity] ?? 'error',
      timestamp: new Date(at).toISOString(),
      custom_details: { message: body },
    },
  }
}

const IMPACT: Record<string, string> = { sev1: 'critical', sev2: 'major', sev3: 'minor', sev4: 'none' }

/** The first message opens an incident of the status page; those that follow update it. */
function statusPage(channel: ChannelOf<'statuspage'>, letter: Letter, reveal: Reveal): Outgoing {
  const { title, body, severity, phase, statusPageIncident } = letter
  const folder = `${channel.url.replace(/\/$/, '')}/pages/${encodeURIComponent(channel.page)}/incidents`
  const status = phase ?? 'investigating'
  const first = { name: title, status, body, impact_override: IMPACT[severity] ?? 'major' }
  const headers = { Authorization: `OAuth ${reveal(channel.token.secret)}` }
  if (statusPageIncident === undefined) return http(channel, letter, folder, { incident: first }, headers)
  const url = `${folder}/${encodeURIComponent(statusPageIncident)}`
  return { ...http(channel, letter, url, { incident: { status, body } }, headers), method: 'PATCH' }
}

function smtp(channel: ChannelOf<'smtp'>, letter: Letter, reveal: Reveal): Outgoing {
  const domain = channel.from.replace(/^.*@/, '').replace(/>$/, '')
  return {
    kind: 'smtp',
    channel,
    password: channel.password === undefined ? undefined : reveal(channel.password.secret),
    mail: {
      from: channel.from,
      to: channel.to,
      subject: letter.subject,
      text: letter.body,
      messageId: `<${keyOf(letter).replace(/[^\w.-]+/g, '.')}@${domain}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    },
  }
}

/** Exactly what would leave, for people; secrets are what `reveal` made of them. */
export function outgoingLines(request: Outgoing): string[] {
  switch (request.kind) {
    case 'http':
      return [
        `${request.method} ${request.url}`,
        ...Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`),
        '',
        ...request.body.split('\n'),
      ]
    case 'smtp': {
      const { channel, mail } = request
      const login = channel.user === undefined ? 'without a login' : `as ${channel.user}`
      return [
        `SMTP ${channel.host}:${channel.port}, TLS ${channel.tls}, ${login}`,
        `From: ${mail.from}`,
        `To: ${mail.to.join(', ')}`,
        `Subject: ${mail.subject}`,
        `Message-ID: ${mail.messageId}`,
        ...Object.entries(mail.headers).map(([name, value]) => `${name}: ${value}`),
        '',
        ...mail.text.split('\n'),
      ]
    }
    case 'file':
      return [`file sent/${request.name}`, '', ...request.body.split('\n')]
    case 'clipboard':
      return ['the clipboard of this terminal', '', ...request.body.split('\n')]
  }
}
