// Sends every customer back to the region of the old primary.
import { edgeNode, setRoute } from './route.ts'
import { postgresNode } from '../postgres/node.ts'

await setRoute(edgeNode('edge.router'), postgresNode('orders-db.primary').region)
