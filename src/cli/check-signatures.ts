import { readFileSync } from 'node:fs'
import type { Plan } from '../document/plan.ts'
import { readJournal } from '../journal/read.ts'
import { journalFile } from '../journal/run-directory.ts'
import { hasSignatures, verifySignatures } from '../journal/signatures.ts'
import type { SignatureReport, SignatureTools } from '../journal/signatures.ts'
import { allowedSigners } from '../journal/ssh-signature.ts'
import { policyOf } from '../model/permission.ts'
import { OperatorError } from '../model/problem.ts'
import { openPlan } from './project.ts'
import { projectRoot } from './project-root.ts'

export type SignatureOptions = {
  /** A file as ssh-keygen -Y verify reads it; default: made from contacts.yaml. */
  allowedSigners: string | undefined
  /** A journal that nobody signed is a finding. */
  required: boolean
}

const NOT_CHECKED =
  'Signatures were not checked: there is no contacts.yaml here. --allowed-signers FILE says whose keys count.'

/** Checks the signatures of a run as far as there is something to check them with. */
export async function checkSignatures(
  directory: string,
  options: SignatureOptions,
): Promise<SignatureReport> {
  const plan = options.allowedSigners === undefined ? await planHere() : undefined
  const allowed = options.allowedSigners === undefined ? fromPlan(plan) : readAllowed(options.allowedSigners)
  const required = options.required || options.allowedSigners !== undefined || isExpected(directory, plan)
  if (!required && !hasSignatures(directory))
    return {
      signedBy: undefined,
      problems: [],
      notes: ['Nobody has signed this journal: who wrote it cannot be told.'],
    }
  if (allowed !== undefined) {
    const roles = plan === undefined ? undefined : await import('./approver-roles.ts')
    const barred = plan && roles ? roles.barredBy(plan, directory) : () => undefined
    return await verifySignatures(directory, { ...(await toolsFor(allowed)), barred }, { required })
  }
  const problems = required ? [{ file: directory, message: NOT_CHECKED }] : []
  return { signedBy: undefined, problems, notes: [NOT_CHECKED] }
}

async function toolsFor(allowed: string): Promise<Pick<SignatureTools, 'verify' | 'principals'>> {
  const { findPrincipals, verify } = await import('../host/ssh.ts')
  return {
    verify: ({ person, ...claim }) => verify({ ...claim, principal: person, allowedSigners: allowed }),
    principals: (signature) => findPrincipals(signature, allowed),
  }
}

/** A copy is looked at where there need be no project. */
async function planHere(): Promise<Plan | undefined> {
  try {
    return (await openPlan(projectRoot())).plan
  } catch (error) {
    if (error instanceof OperatorError) return undefined
    throw error
  }
}

function fromPlan(plan: Plan | undefined): string | undefined {
  return plan === undefined ? undefined : allowedSigners(plan.contacts.people)
}

function readAllowed(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new OperatorError('usage', {
      file,
      message: error instanceof Error ? error.message : String(error),
    })
  }
}

/** The policy of the environment signs journals, or the operator had proved who they are: then a finished run is signed. */
function isExpected(directory: string, plan: Plan | undefined): boolean {
  const { events } = readJournal(journalFile(directory))
  const environment = plan?.environments[events[0]?.environment ?? '']
  const isFinished = events.some(({ event }) => event === 'run-finished')
  const proved = events.some(({ event }) => event === 'identity-proved')
  return isFinished && (proved || (environment !== undefined && policyOf(environment).signJournal))
}
