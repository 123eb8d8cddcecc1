import inquirer from 'inquirer'
import type { Plan } from '../../document/plan.ts'
import { runbookIds } from '../../document/plan.ts'
import { approvalRequest } from '../../model/approval.ts'
import type { ApprovalRequest } from '../../model/approval.ts'
import { OperatorError } from '../../model/problem.ts'
import { steps } from '../../model/runbook.ts'
import { readSpokenRequest } from '../../runner/spoken.ts'
import type { SpokenContext } from '../../runner/spoken.ts'
import { openRunbook } from '../project.ts'

/** A request that is read out: what can be picked is picked, the rest is typed in groups that check themselves. */
export async function hearRequest(
  root: string,
  plan: Plan,
): Promise<{ request: ApprovalRequest; values: undefined; file: undefined }> {
  const id = await pick('Which runbook?', runbookIds(root))
  const runbook = await openRunbook(root, id)
  const step = await pick(
    'Which step?',
    steps(runbook.nodes).map((known) => known.id),
  )
  const environment = await pick('In which environment?', Object.keys(plan.environments))
  const requester = await pick('Who asks?', Object.keys(plan.contacts.people))
  const context: SpokenContext = { runbook: id, step, environment, requester, digest: runbook.digest }
  const { groups } = await inquirer.prompt<{ groups: string }>([
    {
      type: 'input',
      name: 'groups',
      message: 'The groups, in their order (a wrong one is named):',
      validate: (text: string) => {
        const request = readSpokenRequest(text, context)
        return 'problem' in request ? request.problem : true
      },
    },
  ])
  const { data } = approvalRequest.safeParse(readSpokenRequest(groups, context))
  if (data) return { request: data, values: undefined, file: undefined }
  throw new OperatorError('usage', { message: 'what was read out is not a request for approval' })
}

async function pick(message: string, choices: string[]): Promise<string> {
  const { picked } = await inquirer.prompt<{ picked: string }>([
    { type: 'select', name: 'picked', message, choices },
  ])
  return picked
}
