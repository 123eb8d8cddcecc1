// Makes the old primary's machine a standby of the new primary. Its diverged data is kept aside, not deleted.
import { existsSync, readdirSync } from 'node:fs'
import pg from 'pg'
import { ask, asOwner, isRunning, localNode, nameOf } from './node.ts'

const primary = localNode('orders-db.standby')
const standby = localNode('orders-db.primary', { mayBeMissing: true })
const owner = asOwner(standby)
const data = standby.dataDirectory
const slot = standby.region.replaceAll('-', '_')
const VANISHED = /^cp: cannot (stat|open|access) .*: No such file or directory$/
const NOT_COPIED = [
  'postmaster.pid',
  'postmaster.opts',
  'pg_replslot',
  'pg_wal',
  'pg_dynshmem',
  'pg_stat_tmp',
]

const [role] = await ask(primary, 'select pg_is_in_recovery() as waiting')
if (role?.['waiting'] !== false)
  throw new Error(`${nameOf(primary)} is not a primary: there is nothing to copy from`)
if (await isRunning(standby)) await $`${owner} ${standby.bin}pg_ctl stop -D ${data} -m immediate -w`

if (existsSync(data))
  await $`${owner} mv ${data} ${data}.diverged-${new Date().toISOString().replace(/[:.]/g, '')}`

await ask(
  primary,
  `select pg_create_physical_replication_slot($1, true) from (select 1) as once
   where not exists (select from pg_replication_slots where slot_name = $1)`,
  [slot],
)

// A base backup by PostgreSQL's own low-level API, because both data directories are on this machine. Between machines:
//   pg_basebackup -D <data> -R -S <slot> -X stream -d 'host=<primary> user=replicator'
const { host, port, database, user, password } = primary
const client = new pg.Client({ host, port, database, user, ...(password === undefined ? {} : { password }) })
// Without this, a session that is ended from outside would end this program.
let lost: Error | undefined
client.on('error', (error) => {
  lost = error
})
await client.connect()
try {
  await client.query(`select pg_backup_start('standby of ${slot}', true)`)
  await $`${owner} mkdir -m 0700 ${data}`
  const files = readdirSync(primary.dataDirectory)
    .filter((name) => !NOT_COPIED.includes(name) && !name.startsWith('pg_hba.conf.'))
    .map((name) => `${primary.dataDirectory}/${name}`)
  const copy = await $({ quiet: true, nothrow: true })`${owner} env LC_ALL=C cp -a ${files} ${data}`
  // A running primary removes temporary files while it is copied. Nothing else may go wrong.
  const serious = copy.stderr.split('\n').filter((line) => line !== '' && !VANISHED.test(line))
  if (copy.exitCode !== 0 && serious.length > 0) throw new Error(`the copy failed: ${serious.join('; ')}`)
  await $`${owner} mkdir -m 0700 ${data}/pg_replslot ${data}/pg_wal ${data}/pg_dynshmem ${data}/pg_stat_tmp`
  const { rows } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)')
  await $({ input: rows[0]?.labelfile ?? '' })`${owner} tee ${data}/backup_label`
} catch (error) {
  if (lost === undefined) throw error
  throw new Error(
    `the session of the backup on ${nameOf(primary)} was ended (${lost.message}): the copy cannot be used. Try this step again; what was copied is moved aside`,
    { cause: error },
  )
} finally {
  await client.end()
}

// It comes back as a standby and follows the new primary; from here on it may be started again.
await $`${owner} touch ${data}/standby.signal`
await $`${owner} rm -f ${data}/../FENCED`
await $`${owner} ${standby.bin}pg_ctl start -D ${data} -w -l ${data}/../postgres.log`
