// Undoes the fence. Only while the standby is not promoted: two primaries are worse than none.
import { existsSync } from 'node:fs'
import { ask, asOwner, localNode, postgresNode } from './node.ts'

const [standby] = await ask(postgresNode('orders-db.standby'), 'select pg_is_in_recovery() as waiting')
if (standby?.['waiting'] !== true)
  throw new Error(
    'the standby is promoted already: the old primary has to stay fenced. Go on with the run (g), or keep this step as it is (k)',
  )

const node = localNode('orders-db.primary')
const owner = asOwner(node)
const data = node.dataDirectory
if (existsSync(`${data}/pg_hba.conf.before-fence`))
  await $`${owner} mv ${data}/pg_hba.conf.before-fence ${data}/pg_hba.conf`
await $`${owner} rm -f ${data}/standby.signal ${data}/../FENCED`
console.log(
  'The fence is gone. The old primary is not started by this: start it as your service manager does.',
)
