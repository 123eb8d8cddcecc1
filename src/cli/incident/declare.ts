import { existsSync } from 'node:fs'
import { createIncidentDirectory, newIncidentId } from '../../journal/incident-directory.ts'
import { journalFile } from '../../journal/run-directory.ts'
import type { Plan } from '../../document/plan.ts'
import { OperatorError } from '../../model/problem.ts'
import { suggest } from '../../model/suggest.ts'
import type { ExitName } from '../../model/exit-code.ts'
import type { Io } from '../command.ts'
import { redact } from '../declare-secrets.ts'
import { declareKnownSecrets } from '../known-secrets.ts'
import { unlessLeft } from '../interruption.ts'
import { openPlan } from '../project.ts'
import { prompter } from '../prompter.ts'
import { SEVERITIES } from './frame.ts'
import { withIncidentLog } from './log.ts'
import { oneOf, readNewOptions, said } from './options.ts'
import { tellRoleDoubts } from './role-doubts.ts'

const KINDS = ['incident', 'drill', 'exercise'] as const

/** Opens an incident with its first line, and gives the roles out. */
export async function declare(argv: string[], io: Io): Promise<ExitName> {
  const { values } = readNewOptions(argv, {
    title: { type: 'string' },
    severity: { type: 'string' },
    commander: { type: 'string' },
    role: { type: 'string', multiple: true, default: [] },
    service: { type: 'string', multiple: true, default: [] },
    env: { type: 'string' },
    kind: { type: 'string', default: 'incident' },
  })
  const { statement, ...around } = said(values)
  const { plan } = await openPlan(around.root)
  await declareKnownSecrets(around.root)
  const services = values.service.map((name) => known('service', name, plan.services))
  const environment = known('environment', values.env ?? plan.defaultEnvironment, plan.environments)
  const kind = oneOf('--kind', values.kind, KINDS)
  const roles = values.role.map(readRole)
  const asked = await unlessLeft(askMissing(values, plan, around.operator), 'Nothing was declared.')
  const severity = oneOf('--severity', asked.severity, SEVERITIES)
  const id = newIncidentId(asked.title, new Date(statement.occurredAt))
  const file = journalFile(createIncidentDirectory(around.runs, id))
  if (existsSync(file)) throw new OperatorError('usage', { file, message: 'this incident exists' })
  const events = await withIncidentLog({ ...around, file, of: id }, ({ append }) => [
    append({ ...statement, event: 'declared', title: asked.title, severity, kind, services, environment }),
    ...[{ role: 'commander', person: asked.commander }, ...roles].map(({ role, person }) =>
      append({ ...statement, event: 'role_assumed', role, person, from: null }),
    ),
  ])
  if (values.json === true) for (const event of events) io.json(event)
  else tell(id, asked, io)
  await tellRoleDoubts(around.root, events, io)
  return 'ok'
}

function tell(id: string, { title, severity, commander }: Asked, io: Io): void {
  io.out(`Declared ${severity}: ${title}`)
  io.out(id)
  io.out(`In command: ${commander}`)
  io.out('')
  io.out('Next:  npm run incident note "what you see"   as often as you like')
  io.out('       npm run incident promise 30m           the next update')
  io.out('       npm run inform -- --to internal        tell them')
  io.out('       npm run incident status                time, roles, clocks')
}

function known(what: string, name: string, names: object): string {
  if (Object.hasOwn(names, name)) return name
  throw new OperatorError('usage', {
    message: `there is no ${what} "${name}": nothing was recorded`,
    hint: suggest(name, Object.keys(names)),
  })
}

function readRole(text: string): { role: string; person: string } {
  const [, role, person] = /^([a-z][a-z0-9-]*)=(\S.*)$/.exec(text) ?? []
  if (role !== undefined && person !== undefined) return { role, person }
  throw new OperatorError('usage', {
    message: `--role ${text}: expected ROLE=WHO, such as scribe=maria-keller`,
  })
}

type Prompter = () => ReturnType<typeof prompter>
type Asked = { title: string; severity: string; commander: string }

/** Asks for what was not said, where somebody is there to be asked. */
async function askMissing(
  values: Partial<Asked> & { json?: boolean },
  plan: Plan,
  operator: string,
): Promise<Asked> {
  const missing = (['title', 'severity', 'commander'] as const).filter((name) => values[name] === undefined)
  if (missing.length > 0 && !process.stdin.isTTY)
    throw new OperatorError('usage', {
      message: `there is no terminal to ask you at, and ${missing.map((name) => `--${name}`).join(', ')} was not given: nothing was recorded`,
      hint: 'npm run incident declare -- --title "…" --severity sev1 --commander maria-keller',
    })
  // Loaded only when something is asked.
  const ask: Prompter = () => prompter(values)
  const title = values.title ?? (await askTitle(ask))
  if (title.trim() === '')
    throw new OperatorError('usage', { message: '--title is empty: nothing was recorded' })
  return {
    // Before the id is made of it: a folder's name is never changed.
    title: redact(title.trim()),
    severity: values.severity ?? (await askSeverity(ask)),
    commander: values.commander ?? (await askCommander(ask, plan, operator)),
  }
}

function validTitle(text: string): true | string {
  return text.trim() !== '' || 'A few words: what do customers notice?'
}

async function askTitle(ask: Prompter): Promise<string> {
  const question = {
    type: 'input',
    name: 'text',
    message: 'What is wrong, in one line?',
    validate: validTitle,
  } as const
  return (await (await ask())([question])).text
}

async function askSeverity(ask: Prompter): Promise<string> {
  const meanings = [
    'customers cannot use it',
    'a part fails, or it is slow',
    'few notice it',
    'nobody outside notices it',
  ]
  const choices = SEVERITIES.map((value, index) => ({ value, name: `${value}  ${meanings[index]}` }))
  return (await (await ask())([{ type: 'select', name: 'text', message: 'How bad is it?', choices }])).text
}

async function askCommander(ask: Prompter, plan: Plan, operator: string): Promise<string> {
  const people = Object.entries(plan.contacts.people)
    .filter(([, { roles }]) => roles.includes('incident-commander'))
    .map(([value, { name }]) => ({ value, name }))
  const choices = [
    { value: operator, name: `${operator} (you)` },
    ...people.filter(({ value }) => value !== operator),
  ]
  return (await (await ask())([{ type: 'select', name: 'text', message: 'Who is in command?', choices }]))
    .text
}
