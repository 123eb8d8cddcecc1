import { z } from 'zod'
import { common } from '../attributes.ts'

/** Steps that run at the same time, after one confirmation. */
export const attributes = z.strictObject(common)
