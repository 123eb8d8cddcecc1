// Sends every customer back to the region of the old primary, when there is a primary.
import { edgeNode, setRoute } from './route.ts'
import { messageOf, nameOf, postgresNode } from '../postgres/node.ts'

const old = postgresNode('orders-db.primary')
const obstacle = await query(old, 'select pg_is_in_recovery() as waiting').then(
  ([row]) => (row?.['waiting'] === false ? undefined : 'is a standby'),
  (error: unknown) => `does not answer (${messageOf(error)})`,
)
if (obstacle !== undefined)
  throw new Error(
    `customers stay where they are: in ${old.region} ${nameOf(old)} ${obstacle}, so no order could be placed there. A promotion cannot be undone. Go on with the run (g), or keep this step as it is (k)`,
  )
await setRoute(edgeNode('edge.router'), old.region)
