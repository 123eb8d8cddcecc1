import path from 'node:path'
import { findJournal, journalIn } from '../../journal/find-journal.ts'
import type { FoundJournal, JournalKind } from '../../journal/find-journal.ts'
import { verifyIncident } from '../../journal/verify-incident.ts'
import { verifyExercise, verifyRun } from '../../journal/verify.ts'
import type { Verification } from '../../journal/verify.ts'
import { runsFolder } from '../../journal/runs-folder.ts'
import { OperatorError } from '../../model/problem.ts'
import { oneArgument, parseCommandLine } from '../arguments.ts'
import { checkSignatures } from '../check-signatures.ts'
import type { SignatureOptions } from '../check-signatures.ts'
import type { Command } from '../command.ts'
import { projectRoot } from '../project-root.ts'
import { sayVerified } from '../say-verified.ts'

const usage = `drillbook verify <run | incident | exercise | folder> [options]

Checks that nothing in a run was changed: the hash chain of its journal, the hash of every file that the seal names, that no file was
added, who signed it, and every signature in it (who operated, who approved). Works on a copy, offline. Exit code 4 when something was
changed. The journal of an incident or of a session of an exercise is checked as well; these are sealed, and nobody signs them.

  --allowed-signers FILE   whose keys count, as ssh-keygen reads it; default: docs/plan/contacts.yaml. Implies --signed
  --signed                 a journal that nobody signed is a finding; the default where the policy signs journals
  --json                   findings as JSON`

const OPTIONS = {
  json: { type: 'boolean' },
  signed: { type: 'boolean' },
  'allowed-signers': { type: 'string' },
} as const

export const command: Command = {
  summary: 'Check that a journal was not changed.',
  usage,
  run: async (argv, io) => {
    const { values, positionals } = parseCommandLine('verify', argv, OPTIONS)
    const wanted = oneArgument('verify', positionals, 'run, incident, exercise or folder')
    const result = await verified(meant(wanted), {
      allowedSigners: values['allowed-signers'],
      required: values.signed === true,
    })
    return sayVerified(result, values.json === true, io)
  },
}

function meant(wanted: string): FoundJournal {
  return wanted.includes('/')
    ? journalIn(path.resolve(wanted))
    : findJournal(runsFolder(projectRoot(), process.env), wanted)
}

const VERIFIERS: Record<JournalKind, (directory: string) => Verification> = {
  run: verifyRun,
  incident: verifyIncident,
  exercise: verifyExercise,
}

async function verified(
  { kind, directory }: FoundJournal,
  options: SignatureOptions,
): Promise<Verification & { signedBy: string | null }> {
  const chain = VERIFIERS[kind](directory)
  if (kind !== 'run') {
    refuseSignatures(kind, options)
    return { ...chain, signedBy: null }
  }
  const { signedBy, problems, notes } = await checkSignatures(directory, options)
  return {
    ...chain,
    problems: [...chain.problems, ...problems],
    notes: [...chain.notes, ...notes],
    signedBy: signedBy ?? null,
  }
}

/** Whoever asks for a signature must not take "unchanged" for one. */
function refuseSignatures(kind: JournalKind, { allowedSigners, required }: SignatureOptions): void {
  if (!required && allowedSigners === undefined) return
  throw new OperatorError('usage', {
    message: `only runs are signed, and this is an ${kind}: there is no signature to check`,
    hint: 'Leave out --signed and --allowed-signers: chain and seal are checked all the same.',
  })
}
