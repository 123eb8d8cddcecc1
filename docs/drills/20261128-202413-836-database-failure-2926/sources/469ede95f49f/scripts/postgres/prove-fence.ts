// Proves the fence from outside: a write to the old primary has to fail, and for a reason that will not go away by itself.
import { existsSync } from 'node:fs'
import { localNode } from './node.ts'

/** No server listens; the server lets nobody in; the server is read-only. A time-out is none of these: it proves nothing. */
const PROOF = new Set(['ECONNREFUSED', '28000', '25006'])

async function prove(): Promise<void> {
  const node = localNode('orders-db.primary')
  for (const file of [`${node.dataDirectory}/standby.signal`, `${node.dataDirectory}/../FENCED`])
    if (!existsSync(file))
      throw new Error(
        `the old primary is not fenced: ${file} is missing. It could come back as a primary: do not promote. Fence it by the step fence-primary, in a new run if this one left it out`,
      )
  const refusal = await query(node, 'select pg_current_xact_id()').then(
    () => undefined,
    (error: unknown) => error,
  )
  if (refusal === undefined) throw new Error('the old primary just accepted a write: it is NOT fenced')
  const code =
    typeof refusal === 'object' && refusal !== null && 'code' in refusal ? String(refusal.code) : 'none'
  if (!PROOF.has(code))
    throw new Error(
      `a write to the old primary failed with ${code}, which proves nothing: ${String(refusal)}`,
    )
  console.log(`A write to ${node.host}:${node.port} was refused: ${String(refusal)}`)
}

if (run.mode === 'rehearsal') console.log('A rehearsal fences nothing: there is no fence to prove.')
else await prove()
