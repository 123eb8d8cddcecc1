import { z } from 'zod'
import { CLIPBOARD_CHANNEL, FILE_CHANNEL } from './channels.ts'
import { duration, timerDuration } from './duration-schema.ts'
import { secretSource } from './environment.ts'
import { comms } from './message-words.ts'

/** Who is told, and by which channels a message leaves. */

const name = z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected lower-case letters, digits and dashes')
const secretReference = z.strictObject({ secret: z.string() })
const environments = z
  .array(name)
  .min(1)
  .describe('The environments in which it may be used; in every other nothing leaves by it.')
const timeout = timerDuration.default(10_000).describe('How long one attempt may take.')

const webAddress = z
  .url({ protocol: /^https?$/, error: 'expected an http or https address' })
  .describe('https, or http on this machine.')
const address = z.union([
  webAddress,
  secretReference.describe('The whole address is a secret, as it is with most chat webhooks.'),
])
const caFile = z
  .string()
  .optional()
  .describe('A file with the certificates to trust, besides the usual ones.')

const smtp = z.strictObject({
  kind: z.literal('smtp'),
  environments,
  host: z.string().min(1),
  port: z.int().min(1).max(65535),
  tls: z
    .enum(['implicit', 'starttls', 'none'])
    .describe('implicit: from the first byte (465); starttls: required after the greeting (587).'),
  user: z.string().optional(),
  password: secretReference.optional(),
  from: z.string().min(3),
  to: z.array(z.string().min(3)).min(1),
  caFile,
  timeout,
})
const slack = z.strictObject({
  kind: z.literal('slack').describe('What Slack, Mattermost, Rocket.Chat and others take: {"text": …}.'),
  environments,
  url: address,
  caFile,
  timeout,
})
const webhook = z.strictObject({
  kind: z.literal('webhook'),
  environments,
  url: address,
  signWith: secretReference.describe(
    'HMAC-SHA-256 over `<timestamp>.<body>`, in the headers X-Drillbook-Timestamp and X-Drillbook-Signature.',
  ),
  caFile,
  timeout,
})
const pagerduty = z.strictObject({
  kind: z.literal('pagerduty').describe('Events API v2: trigger, and resolve in the phase resolved.'),
  environments,
  url: webAddress.default('https://events.pagerduty.com/v2/enqueue'),
  routingKey: secretReference,
  caFile,
  timeout,
})
const statuspage = z.strictObject({
  kind: z.literal('statuspage').describe('An incident of a status page, as Atlassian Statuspage takes it.'),
  environments,
  url: webAddress.describe('Without /pages/…'),
  page: z.string().min(1),
  token: secretReference,
  caFile,
  timeout,
})
const file = z.strictObject({
  kind: z.literal('file').describe('A file in the folder `sent` of the incident or run.'),
})
const clipboard = z.strictObject({
  kind: z
    .literal('clipboard')
    .describe('The clipboard of the person who sends: wl-copy, xclip, pbcopy, or the terminal (OSC 52).'),
})

export const channel = z.discriminatedUnion('kind', [
  smtp,
  slack,
  webhook,
  pagerduty,
  statuspage,
  file,
  clipboard,
])
export type Channel = z.infer<typeof channel>
export type ChannelOf<Kind extends Channel['kind']> = Extract<Channel, { kind: Kind }>

const audience = z.strictObject({
  title: z.string().min(1),
  comms: comms.describe('How a timeline names a message to them.'),
  channels: z.array(name).min(1).describe('Where none of them may be used, the message goes to a file.'),
  everyMinutes: z
    .partialRecord(z.enum(['sev1', 'sev2', 'sev3', 'sev4']), z.int().min(1))
    .default({})
    .describe('How often they are told, by severity: what a message promises as the next update.'),
})

const retry = z
  .strictObject({
    attempts: z
      .int()
      .min(1)
      .max(50)
      .default(8)
      .describe('After so many it is only tried when somebody asks.'),
    first: duration.default(2000).describe('The pause after the first failure; it doubles each time.'),
    most: duration.default(300_000).describe('The longest pause.'),
  })
  .default({ attempts: 8, first: 2000, most: 300_000 })
export type Retry = z.infer<typeof retry>

export const communicationsFile = z
  .strictObject({
    secrets: z.record(z.string(), secretSource).default({}).describe('Where secrets are read from.'),
    channels: z.record(name, channel).default({}),
    audiences: z.record(name, audience).default({}),
    retry,
  })
  .transform((read) => ({
    ...read,
    channels: {
      [FILE_CHANNEL]: { kind: 'file' as const },
      [CLIPBOARD_CHANNEL]: { kind: 'clipboard' as const },
      ...read.channels,
    },
  }))
export type Communications = Omit<z.infer<typeof communicationsFile>, 'channels'> & {
  channels: Record<string, Channel>
}
