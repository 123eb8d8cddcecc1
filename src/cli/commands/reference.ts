import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseCommandLine } from '../arguments.ts'
import type { Command, Io } from '../command.ts'
import { projectRoot } from '../project-root.ts'
import { REFERENCE, referenceFiles } from '../reference/files.ts'

const usage = `drillbook reference [--check]

Writes ${REFERENCE}/: the runbook format, the plan files, their JSON Schemas, the lint rules, the commands and the exit codes, all from the code.

  --check  writes nothing; exit code 1 when a file is not what would be written`

export const command: Command = {
  summary: 'Write the reference pages and JSON Schemas from the code.',
  usage,
  async run(argv, io) {
    const { values } = parseCommandLine('reference', argv, { check: { type: 'boolean', default: false } })
    const root = projectRoot()
    const files = await referenceFiles()
    if (values.check) return checkFiles(root, files, io) ? 'ok' : 'failed'
    mkdirSync(path.join(root, REFERENCE), { recursive: true })
    for (const [file, text] of files) writeFileSync(path.join(root, file), text)
    for (const file of leftOvers(root, files)) rmSync(path.join(root, file))
    io.err(`${files.size} files in ${REFERENCE}`)
    return 'ok'
  },
}

function checkFiles(root: string, files: Map<string, string>, io: Io): boolean {
  const stale = [...files]
    .filter(([file, text]) => readIfThere(path.join(root, file)) !== text)
    .map(([file]) => file)
  const wrong = [...stale, ...leftOvers(root, files)]
  for (const file of wrong) io.err(`${file}  is not what the code says`)
  if (wrong.length > 0) io.err('npm run reference writes it.')
  return wrong.length === 0
}

/** Files of an earlier version that nothing generates any more. */
function leftOvers(root: string, files: Map<string, string>): string[] {
  if (!existsSync(path.join(root, REFERENCE))) return []
  return readdirSync(path.join(root, REFERENCE))
    .map((name) => `${REFERENCE}/${name}`)
    .filter((file) => !files.has(file))
}

function readIfThere(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
