// Sends every customer to the region of the new primary. One call to the data plane; nothing else has to be up.
import { edgeNode, setRoute } from './route.ts'
import { postgresNode } from '../postgres/node.ts'

await setRoute(edgeNode('edge.router'), postgresNode('orders-db.standby').region)
