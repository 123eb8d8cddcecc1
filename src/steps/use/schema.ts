import { z } from 'zod'
import { common } from '../attributes.ts'

/** Another runbook, run as part of this one. */
export const attributes = z.strictObject({
  ...common,
  runbook: z.string().describe('The id of the runbook.'),
})
