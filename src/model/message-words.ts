import { z } from 'zod'

/** How messages to people are named, in the journals of runs and of incidents alike. */

/** Who a message is for, as a timeline names it. */
export const comms = z.enum(['comms_internal', 'comms_external', 'comms_regulator'])
export type Comms = z.infer<typeof comms>
export const phase = z.enum(['investigating', 'identified', 'monitoring', 'resolved'])
export type Phase = z.infer<typeof phase>
