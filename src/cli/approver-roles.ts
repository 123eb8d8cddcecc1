import { existsSync } from 'node:fs'
import { loadRunbook } from '../document/load.ts'
import type { Plan } from '../document/plan.ts'
import { snapshotFolder } from '../journal/run-directory.ts'
import type { SignatureTools } from '../journal/signatures.ts'
import type { ApprovalRequest } from '../model/approval.ts'
import { eligibleText, isEligible, mayApprove, policyOf } from '../model/permission.ts'
import { steps } from '../model/runbook.ts'
import type { Step } from '../model/runbook.ts'

/** Judges approvers by the policy and the contacts that are here; the step is the one of the run's own sources. */
export function barredBy(plan: Plan, directory: string): SignatureTools['barred'] {
  return (approver, request) => {
    const environment = plan.environments[request.environment]
    const step = stepOf(directory, request)
    if (!environment || !step) return undefined
    const eligible = mayApprove(policyOf(environment), step)
    const people = new Map(Object.entries(plan.contacts.people))
    return isEligible(eligible, people.get(approver))
      ? undefined
      : `${approver} approved ${request.step}, and by docs/plan as it is here only ${eligibleText(eligible)} may`
  }
}

/** Undefined when the run did not keep its sources, or these are not the ones that were approved. */
function stepOf(directory: string, { runbook: id, digest, step }: ApprovalRequest): Step | undefined {
  const sources = snapshotFolder(directory, digest)
  if (!existsSync(sources)) return undefined
  const { runbook } = loadRunbook(sources, id)
  return runbook?.digest === digest ? steps(runbook.nodes).find((one) => one.id === step) : undefined
}
