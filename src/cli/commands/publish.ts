import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { readJournal } from '../../journal/read.ts'
import { findRun } from '../../journal/find-run.ts'
import { journalFile } from '../../journal/run-directory.ts'
import { runsFolder } from '../../journal/runs-folder.ts'
import { verifyRun } from '../../journal/verify.ts'
import { OperatorError } from '../../model/problem.ts'
import { oneArgument, parseCommandLine } from '../arguments.ts'
import type { Command } from '../command.ts'
import { machineNames } from '../machine-names.ts'
import { projectRoot } from '../project-root.ts'

const FOLDER = 'docs/drills'

const usage = `drillbook publish <run | last>

Copies a finished run to docs/drills/<run>/, where the site shows it: step by step, with its output and its recorded terminal, and with
everything that is needed to verify it. The run is verified first; one that is damaged or not sealed is refused. Secrets were taken
out when it was recorded; names of hosts, addresses and people are in it, and cannot be replaced without breaking its seal. It is told
where this machine is named: look before you commit it.`

export const command: Command = {
  summary: 'Put a finished run on the site.',
  usage,
  run: (argv, io) => {
    const { positionals } = parseCommandLine('publish', argv, {})
    const root = projectRoot()
    const directory = findRun(runsFolder(root, process.env), oneArgument('publish', positionals, 'run'))
    const { problems } = verifyRun(directory)
    if (problems.length > 0) throw new OperatorError('damaged', problems)
    const files = ['journal.ndjson', 'seal.json', ...sealedFiles(directory)]
    const published = path.join(FOLDER, path.basename(directory))
    copyAll(directory, path.join(root, published), files)
    io.out(`${published}: ${files.length} files. Look through it, then commit it; npm run build shows it.`)
    for (const line of warnings(machineNames(root, directory, files))) io.out(line)
    return Promise.resolve('ok')
  },
}

/** What everybody who reads the site could learn of the machine, and what helps. */
function warnings(names: readonly string[]): string[] {
  if (names.length === 0) return []
  return [
    'It names the machine it was recorded on:',
    ...names,
    'The seal holds every byte, so nothing is replaced. Where nobody may know this, delete the folder, and record a run on a machine',
    'whose names may be known.',
  ]
}

/** What the seal names, and the signature where there is one: with the journal and seal.json, all that verifying takes. */
function sealedFiles(directory: string): string[] {
  const last = readJournal(journalFile(directory)).events.at(-1)
  if (last?.event !== 'run-sealed')
    throw new OperatorError('refused', {
      file: journalFile(directory),
      message: 'the run is not sealed: only what is finished is published',
      hint: `npm run resume ${path.basename(directory)}`,
    })
  return [...Object.keys(last.files), ...(existsSync(path.join(directory, 'seal.sig')) ? ['seal.sig'] : [])]
}

/** Whole or not at all: what was there before is replaced when everything new is there. */
function copyAll(from: string, to: string, files: readonly string[]): void {
  const draft = `${to}.new`
  rmSync(draft, { recursive: true, force: true })
  for (const file of files) {
    mkdirSync(path.dirname(path.join(draft, file)), { recursive: true })
    cpSync(path.join(from, file), path.join(draft, file))
  }
  rmSync(to, { recursive: true, force: true })
  renameSync(draft, to)
}
