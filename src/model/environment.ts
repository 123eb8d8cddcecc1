import { z } from 'zod'
import { policy } from './policy.ts'

/** Where a secret's value is read from when a run starts; the value itself is in no file of the repository. */
export const secretSource = z.union([
  z.strictObject({ env: z.string() }).describe('An environment variable of the operator.'),
  z.strictObject({ file: z.string() }).describe('A file that only its owner may read (mode 0600).'),
  z
    .strictObject({ command: z.array(z.string()).min(1) })
    .describe(
      'A program and its arguments that prints the secret, such as [op, read, op://dr/orders-db/password].',
    ),
])
export type SecretSource = z.infer<typeof secretSource>

const name = z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected lower-case letters, digits and dashes')
const secretReference = z.strictObject({ secret: z.string() })

const postgresTarget = z.strictObject({
  kind: z.literal('postgres'),
  host: z.string(),
  port: z.int().min(1).max(65535),
  database: z.string(),
  user: z.string(),
  password: secretReference.optional(),
  region: z.string(),
  dataDirectory: z
    .string()
    .optional()
    .describe('Where the cluster lives, when this machine can reach its files.'),
  binDirectory: z
    .string()
    .optional()
    .describe('Where pg_ctl and postgres are, when they are not on the PATH.'),
  osUser: z.string().optional().describe('The account that owns the data directory.'),
  synchronousCommit: z
    .enum(['async', 'remote_write', 'on', 'remote_apply'])
    .optional()
    .describe(
      'What an acknowledged write means when a standby is there; async: it may exist on one node only.',
    ),
  replicationHost: z.string().optional().describe('Where a standby reaches this node; default: host.'),
  replicationPort: z.int().min(1).max(65535).optional().describe('Default: port.'),
})

/** What stands in an address is shown on pages, and kept in journals and in requests for approval. */
const address = z
  .url()
  .refine(
    (text) => !hasPassword(text),
    'expected an address without a name and password: it is shown on pages and kept in journals',
  )

function hasPassword(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && (url.username !== '' || url.password !== '')
}

const httpTarget = z.strictObject({ kind: z.literal('http'), url: address, region: z.string().optional() })

const edgeTarget = z.strictObject({
  kind: z.literal('edge'),
  url: address.describe('The address customers use.'),
  admin: address.describe('Where the active region is read (GET /route) and set (PUT /route).'),
})

export const target = z.discriminatedUnion('kind', [postgresTarget, httpTarget, edgeTarget])
export type TargetSpec = z.infer<typeof target>
/** What is known of a target of each kind. */
export const TARGET_FIELDS: Readonly<Record<TargetSpec['kind'], string[]>> = {
  postgres: Object.keys(postgresTarget.shape),
  http: Object.keys(httpTarget.shape),
  edge: Object.keys(edgeTarget.shape),
}
export type PostgresSpec = z.infer<typeof postgresTarget>
export type HttpSpec = z.infer<typeof httpTarget>
export type EdgeSpec = z.infer<typeof edgeTarget>

export const environment = z.strictObject({
  title: z.string(),
  protected: z
    .boolean()
    .describe('Destructive steps ask for the target to be typed, and the defaults of `policy` are strict.'),
  lab: z.boolean().default(false).describe('Targets come from the lab, which is started on demand.'),
  targets: z
    .record(z.string(), target)
    .default({})
    .describe('By <service>.<target>, as services.yaml declares.'),
  secrets: z.record(z.string(), secretSource).default({}),
  policy: policy.optional().describe('Who may do what here, and what needs the approval of other people.'),
})
export type Environment = z.infer<typeof environment>

export const environmentsFile = z.strictObject({
  default: name.describe('The environment used when --env is not given.'),
  environments: z.record(name, environment),
})
