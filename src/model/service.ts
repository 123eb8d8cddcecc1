import { z } from 'zod'
import { duration } from './duration-schema.ts'

const objective = z.strictObject({
  rto: duration.describe('Recovery time objective: how long customers may be without the service.'),
  rpo: duration.describe('Recovery point objective: how much acknowledged work may be lost.'),
  approvedBy: z.string().describe('A person of contacts.yaml.'),
  approvedAt: z.iso.date(),
})

export const service = z.strictObject({
  title: z.string(),
  description: z.string(),
  tier: z.int().min(0).max(4).describe('0 is recovered first.'),
  owner: z.string().describe('A role of contacts.yaml.'),
  dependsOn: z.array(z.string()).default([]),
  objective,
  targets: z
    .record(z.string(), z.enum(['postgres', 'http', 'edge']))
    .default({})
    .describe('What every environment must provide for this service, and of which kind.'),
  synchronousCommit: z
    .enum(['off', 'local', 'remote_write', 'on', 'remote_apply'])
    .optional()
    .describe('For a replicated database: what an acknowledged write means.'),
  alerts: z.array(z.string()).default([]),
  runbooks: z.array(z.string()).default([]),
})
export type Service = z.infer<typeof service>

export const servicesFile = z.strictObject({ services: z.record(z.string(), service) })
