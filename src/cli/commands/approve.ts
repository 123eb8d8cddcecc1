import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Plan } from '../../document/plan.ts'
import { OperatorError } from '../../model/problem.ts'
import { readChallenge } from '../../runner/approval-text.ts'
import { giveApproval } from '../approve/give.ts'
import type { Asked } from '../approve/give.ts'
import { parseCommandLine } from '../arguments.ts'
import type { Command } from '../command.ts'
import { givenOperator, namedKey } from '../identity.ts'
import { openPlan, openRunbook } from '../project.ts'
import { projectRoot } from '../project-root.ts'

const usage = `drillbook approve <request line | request file> [options]      (npm run approve -- <request>)
drillbook approve --spoken                                    a request that is read out to you

Approves, as the second person, a step that somebody else wants to run: shows what it is, asks, and signs the answer with your SSH
key. Works offline, on any machine with this repository. You cannot approve what you asked for yourself.

  --spoken           type what is read to you over the telephone; the answer is shown as groups to read back
  --operator NAME    who you are, as in docs/plan/contacts.yaml; default: DRILLBOOK_OPERATOR, or whose key is at hand
  --key FILE         your SSH key; default: DRILLBOOK_KEY, the agent, ~/.ssh
  --out FILE         write the answer to this file, on a USB stick for instance`

const OPTIONS = {
  spoken: { type: 'boolean' },
  operator: { type: 'string' },
  key: { type: 'string' },
  out: { type: 'string' },
} as const

const MOST_BYTES = 200_000

export const command: Command = {
  summary: 'Approve, as the second person, a step of somebody else.',
  usage,
  run: async (argv, io) => {
    const { values, positionals } = parseCommandLine('approve', argv, OPTIONS)
    const spoken = values.spoken === true
    if (!spoken && positionals.length === 0)
      throw new OperatorError('usage', {
        message: 'expected a request: the line or the file that you were given',
        hint: 'npx drillbook approve --help',
      })
    if (!process.stdin.isTTY)
      throw new OperatorError('refused', {
        message: 'there is no terminal to ask you at: an approval is given by a person',
        hint: 'Start it in a terminal.',
      })
    const root = projectRoot()
    const { plan } = await openPlan(root)
    const asked = spoken
      ? { ...(await (await import('../approve/hear.ts')).hearRequest(root, plan)), spoken }
      : readAsked(positionals)
    const approver = await whoApproves(plan, values.operator, namedKey(values.key))
    const runbook = await openRunbook(root, asked.request.runbook).catch((error: unknown) => {
      if (error instanceof OperatorError) return undefined
      throw error
    })
    const key = namedKey(values.key)
    return await giveApproval({ root, plan, runbook, asked, approver, key, out: values.out }, io)
  },
}

/** A file, or the line itself, which a shell may have broken at its spaces. */
function readAsked(words: string[]): Asked {
  const text = words.join('')
  const file = [text, path.resolve(process.env['INIT_CWD'] ?? '.', text)].find(
    (name) => name.length < 1000 && existsSync(name) && statSync(name).isFile(),
  )
  if (file !== undefined && statSync(file).size > MOST_BYTES)
    throw new OperatorError('usage', { file, message: 'is far too large to be a request' })
  const challenge = readChallenge(file === undefined ? text : readFileSync(file, 'utf8'))
  if (!('problem' in challenge)) return { ...challenge, file, spoken: false }
  throw new OperatorError('usage', {
    ...(file === undefined ? {} : { file }),
    message: `this request cannot be used: ${challenge.problem}`,
    hint: 'Ask for the whole line again, or for the file approvals/<number>.json of the run.',
  })
}

async function whoApproves(plan: Plan, given: string | undefined, key: string | undefined): Promise<string> {
  const named = givenOperator(given)
  if (named !== undefined) return named
  const { peopleAtHand } = await import('../../host/ssh.ts')
  const [only, ...others] = await peopleAtHand(plan.contacts.people, key)
  if (only !== undefined && others.length === 0) return only
  throw new OperatorError('usage', {
    message:
      only === undefined
        ? 'no key of anybody in docs/plan/contacts.yaml is at hand'
        : `there are keys of more than one person at hand: ${[only, ...others].join(', ')}`,
    hint: 'Say who you are: --operator NAME; and with which key: --key FILE.',
  })
}
