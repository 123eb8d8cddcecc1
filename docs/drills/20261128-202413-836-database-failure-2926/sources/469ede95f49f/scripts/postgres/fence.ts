// Fences the old primary: it is stopped, and it cannot come back as a primary, whoever or whatever starts it.
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
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

if (running) await stop()
else console.log('No postmaster runs in the data directory.')

/** An immediate stop writes nothing: one that takes longer than this does not end by itself. */
async function stop(): Promise<void> {
  const patience = '5'
  const asked = await $({
    nothrow: true,
  })`${owner} ${node.bin}pg_ctl stop -D ${data} -m immediate -w -t ${patience}`
  if (asked.exitCode === 0) return
  console.log(`It did not stop when it was told to: ${asked.stderr.trim()}`)
  await killAll()
}

/** A process that hangs obeys nobody but the kernel. The postmaster may start others meanwhile: looked up until none is left. */
async function killAll(): Promise<void> {
  const killed = new Set<number>()
  for (let look = 0; look < 100; look += 1) {
    const left = ownProcesses()
    if (left.length === 0 && (killed.size > 0 || !(await isRunning(node))))
      return console.log(`Its last ${killed.size} processes were killed.`)
    for (const pid of left) kill(pid)
    for (const pid of left) killed.add(pid)
    await sleep(50)
  }
  throw new Error(
    `PostgreSQL in ${data} does not end (${[...killed].join(', ') || 'none of its processes is found from here'}). It may still write: power its machine off, then do this step again.`,
  )
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has just ended, or may not be killed: the next look tells.
  }
}

/** PostgreSQL works in its data directory, the postmaster and every child: no other process is both. */
function ownProcesses(): number[] {
  const home = realpathSync(data)
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
        return ['postgres', 'postmaster'].includes(command) && readlinkSync(`/proc/${pid}/cwd`) === home
      } catch {
        return false
      }
    })
}
