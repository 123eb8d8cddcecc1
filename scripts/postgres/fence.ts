// Fences the old primary: it is stopped, and it cannot come back as a primary, whoever or whatever starts it.
import { asOwner, isRunning, localNode } from './node.ts'

const node = localNode('orders-db.primary')
const owner = asOwner(node)
const data = node.dataDirectory

// None of these waits for another: seconds count here.
await Promise.all([
  // For the service manager: a node with this mark is not started (with systemd: systemctl mask postgresql).
  $({ input: `fenced by ${run.operator} in ${run.id}\n` })`${owner} tee ${data}/../FENCED`,
  // For PostgreSQL: a data directory with this file starts as a read-only standby, and never ends its recovery by itself.
  $`${owner} touch ${data}/standby.signal`,
  // What the next command replaces is kept.
  $`${owner} cp -n ${data}/pg_hba.conf ${data}/pg_hba.conf.before-fence`,
])

const nobody = 'local all all reject\nhost all all all reject\nhost replication all all reject\n'
const [running] = await Promise.all([
  isRunning(node),
  // For clients that kept its address: nobody is let in.
  $({ input: nobody })`${owner} tee ${data}/pg_hba.conf`,
])

if (running) await $`${owner} ${node.bin}pg_ctl stop -D ${data} -m immediate -w`
else console.log('No postmaster runs in the data directory.')
