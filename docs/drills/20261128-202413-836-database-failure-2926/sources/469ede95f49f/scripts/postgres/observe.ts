import type { PostgresTarget } from '../../src/fences/api.ts'
import { ask } from './node.ts'

/** In seconds of the standby's clock. */
type Link = { now: number; heard: number; patience: number }

/** What was on the wire when the primary was lost still arrives. */
const ON_THE_WIRE_S = 1
const LOOK_MS = 50
const GONE = { hears: false, text: 'it no longer receives anything' }

/**
 * Whether the standby still hears from the primary. A connection that stands proves nothing: a primary that hangs closes none. Asks
 * until a message arrives that was not on the wire before, or until the primary owes an answer.
 */
export async function stillHears(standby: PostgresTarget): Promise<{ hears: boolean; text: string }> {
  const first = await linkOf(standby)
  if (first === undefined) return GONE
  if (first.now - first.heard <= first.patience)
    console.log(
      `Its connection to the primary stands: a sign of life is awaited for up to ${first.patience} s.`,
    )
  for (;;) {
    const link = await linkOf(standby)
    if (link === undefined) return GONE
    const silence = link.now - link.heard
    if (link.heard > first.now + ON_THE_WIRE_S) return { hears: true, text: 'it still hears from it' }
    if (silence > link.patience)
      return { hears: false, text: `it has heard nothing from it for ${silence.toFixed(1)} s` }
    await sleep(LOOK_MS)
  }
}

/** Undefined: it is not connected. After half of its time-out a receiver asks for an answer, which a primary gives at once. */
async function linkOf(standby: PostgresTarget): Promise<Link | undefined> {
  const [row] = await ask(
    standby,
    `with limits as (select extract(epoch from current_setting('wal_receiver_timeout')::interval)::float8 as timeout)
     select extract(epoch from clock_timestamp())::float8 as now,
            extract(epoch from last_msg_receipt_time)::float8 as heard,
            coalesce(nullif(timeout, 0), 60) / 2 + 1 as patience
     from pg_stat_wal_receiver, limits where status = 'streaming'`,
  )
  return row && { now: Number(row['now']), heard: Number(row['heard']), patience: Number(row['patience']) }
}
