import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Plan } from '../../document/plan.ts'
import { runsFolder } from '../../journal/runs-folder.ts'
import { sealPath } from '../../journal/seal.ts'
import { readSignature } from '../../journal/ssh-signature.ts'
import { approvalStatement } from '../../model/approval.ts'
import type { ApprovalRequest, ApprovalValues } from '../../model/approval.ts'
import type { ExitName } from '../../model/exit-code.ts'
import { OperatorError } from '../../model/problem.ts'
import type { Runbook, Step } from '../../model/runbook.ts'
import { steps } from '../../model/runbook.ts'
import { answerLine } from '../../runner/approval-text.ts'
import { expiryOf, judgeAnswer, spokenAnswer, whyNotApprover } from '../../runner/judge-approval.ts'
import type { Judge, Pending } from '../../runner/judge-approval.ts'
import { ANSWER_ENDING, policyIn } from '../authority.ts'
import type { Io } from '../command.ts'
import { describeRequest } from './describe.ts'

export type Asked = {
  request: ApprovalRequest
  /** Undefined when the request was read out: then only their hash is known. */
  values: ApprovalValues | undefined
  /** The file that the request came in. */
  file: string | undefined
  spoken: boolean
}

export type Giving = {
  root: string
  plan: Plan
  /** As this checkout has it. */
  runbook: Runbook | undefined
  asked: Asked
  approver: string
  key: string | undefined
  out: string | undefined
}

/** Refuses what the other side would refuse, shows the rest in plain words, asks, signs and hands the answer out. */
export async function giveApproval(giving: Giving, io: Io): Promise<ExitName> {
  const { plan, runbook, asked, approver } = giving
  const { request } = asked
  const step = steps(runbook?.nodes ?? []).find(({ id }) => id === request.step)
  if (!runbook || !step)
    throw refusal(
      `this checkout has no step ${request.step} in a runbook ${request.runbook}`,
      'Update it: git pull.',
    )
  const ssh = await import('../../host/ssh.ts')
  const { people } = plan.contacts
  const judge: Judge = {
    policy: policyIn(plan, request.environment),
    people,
    verify: (claim) => ssh.verifyPerson(claim, people),
  }
  const pending: Pending = { step, request, requesterKey: undefined, given: [] }
  const barred = expiryOf(request, Date.now()) ?? whyNotApprover(approver, pending, judge)
  if (barred !== undefined) throw refusal(barred)
  for (const line of describeRequest({ plan, runbook, step, asked, now: Date.now() })) io.out(line)
  if (!(await isApproved(step))) {
    io.out('Not approved. Nothing was signed.')
    return 'refused'
  }
  const key = await ssh.keyOf(approver, people, giving.key)
  const signature = readSignature(await ssh.sign(approvalStatement(request), 'approval', key))
  if (!signature) throw refusal('ssh-keygen made no signature that can be read')
  const line = answerLine({ request, approver, signature })
  const judgement = await judgeAnswer(line, pending, Date.now(), judge)
  if ('refused' in judgement) throw refusal(judgement.refused)
  handOut(line, spokenAnswer(approver, signature), giving, io)
  return 'ok'
}

function refusal(message: string, hint?: string): OperatorError {
  return new OperatorError('refused', { message: `this cannot be approved: ${message}`, hint })
}

/** The step's name has to be typed: no habit approves anything. */
async function isApproved(step: Step): Promise<boolean> {
  const { default: inquirer } = await import('inquirer')
  const message = `Type ${step.id} to approve it; anything else refuses:`
  const { typed } = await inquirer.prompt<{ typed: string }>([{ type: 'input', name: 'typed', message }])
  return typed.trim() === step.id
}

const GROUPS_A_LINE = 5

function handOut(line: string, spoken: string[] | undefined, giving: Giving, io: Io): void {
  const file = writeAnswer(line, giving)
  io.out('')
  io.out(`Approved by ${giving.approver}.`)
  if (giving.asked.spoken && spoken) {
    const [who, ...groups] = spoken
    io.out(`Read this back: ${who}, and these ${groups.length} groups:`)
    for (let at = 0; at < groups.length; at += GROUPS_A_LINE)
      io.out(`  ${String(at + 1).padStart(2)}  ${groups.slice(at, at + GROUPS_A_LINE).join('  ')}`)
    return
  }
  if (file !== undefined) io.out(`The answer is in ${file}; beside the request it is found by itself.`)
  io.out('Send this line back; they paste it where the run waits:')
  io.out('')
  io.out(line)
}

/** Beside the request, or where the run is on this machine, or where --out says. A sealed run takes nothing more, and waits for nothing. */
function writeAnswer(line: string, { root, asked, approver, out }: Giving): string | undefined {
  const { request, file } = asked
  const name = `${request.issuedAt.replace(/\D/g, '')}-${approver}${ANSWER_ENDING}`
  const isPlain = /^[A-Za-z0-9-]+$/.test(request.run)
  const runFolder = path.join(runsFolder(root, process.env), isPlain ? request.run : '', 'approvals')
  const folder = file === undefined ? runFolder : path.dirname(file)
  const target =
    out ??
    (existsSync(folder) && isPlain && !existsSync(sealPath(path.dirname(folder)))
      ? path.join(folder, name)
      : undefined)
  if (target === undefined) return undefined
  try {
    writeFileSync(target, `${line}\n`, { mode: 0o600 })
    return target
  } catch (error) {
    // A stick that cannot be written leaves the line.
    if (out === undefined) return undefined
    throw new OperatorError('failed', {
      file: out,
      message: `cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    })
  }
}
