// Fences the old primary: it is stopped, and it cannot come back as a primary, whoever or whatever starts it.
import { asOwner, isRunning, localNode } from './node.ts'

const node = localNode('orders-db.primary')
const owner = asOwner(node)
const data = node.dataDirectory

const marks = `
  set -eu
  cd "$1"
  # For the service manager: a node with this mark is not started (with systemd: systemctl mask postgresql).
  echo "$2" > ../FENCED
  # For PostgreSQL: a data directory with this file starts as a read-only standby, and never ends its recovery by itself.
  : > standby.signal
  # For clients that kept its address: nobody is let in. What this replaces is kept.
  cp -n pg_hba.conf pg_hba.conf.before-fence
  printf '%s reject\\n' 'local all all' 'host all all all' 'host replication all all' > pg_hba.conf
`
// Neither waits for the other: seconds count here.
const [running] = await Promise.all([
  isRunning(node),
  $`${owner} sh -c ${marks} fence ${data} ${`fenced by ${run.operator} in ${run.id}`}`,
])

if (running) await $`${owner} ${node.bin}pg_ctl stop -D ${data} -m immediate -w`
else console.log('No postmaster runs in the data directory.')
