import { readPlan } from './plan.ts'
import type { Plan } from '../../document/plan.ts'
import type { Postmortem } from '../../document/postmortems.ts'
import { requirePostmortems } from '../../document/postmortems.ts'
import { runsFolder } from '../../journal/runs-folder.ts'
import { postmortemSeverity } from '../../model/postmortem.ts'
import type { PostmortemMatter } from '../../model/postmortem.ts'
import { OperatorError } from '../../model/problem.ts'
import { suggest } from '../../model/suggest.ts'
import { redact } from '../declare-secrets.ts'
import { leftQuestion, unlessLeft } from '../interruption.ts'
import { askActions, askOwner, askRegions, askServices } from './ask.ts'
import type { Answers } from './ask.ts'
import { gather } from './gather.ts'
import type { Gathered } from './gather.ts'
import { existingFor, keptOf, readTemplate, requireUntouched, writePostmortem } from './write.ts'
import type { Said } from './write.ts'

export type CreateOptions = {
  template: string | undefined
  title: string | undefined
  owner: string | undefined
  severity: string | undefined
  /** Beside those of the incident or the run. */
  services: readonly string[]
  unfinished: boolean
  overwrite: boolean
  /** A person is at the terminal and can be asked. */
  ask: boolean
}

/** `left`: at a question, with the action item that was only begun; what was answered before it is in the file. */
export type Created = { file: string; left: { begun: string | undefined } | undefined }

/** Writes the post-mortem of a run or an incident, or writes it again. */
export async function createPostmortem(
  root: string,
  wanted: string,
  options: CreateOptions,
): Promise<Created> {
  const plan = readPlan(root)
  for (const service of options.services) requireService(plan, service)
  const template = readTemplate(root, options.template)
  const gathered = gather(root, runsFolder(root, process.env), wanted, options.unfinished)
  const existing = existingFor(root, gathered)
  if (existing && !options.overwrite) requireUntouched(existing, { root, plan, gathered, template })
  const said = existing
    ? saidBefore(existing.matter, options)
    : await unlessLeft(saidFirst(root, plan, gathered, options), NOTHING)
  requirePerson(plan, said.owner)
  const answers: Answers = { regions: [...(existing?.regions ?? [])], actions: said.actions }
  const isLeft = options.ask && (await askAll(answers, plan))
  const { regions, actions, begun } = answers
  const file = writePostmortem({ root, plan, gathered, template, said: { ...said, actions }, regions })
  return { file, left: isLeft ? { begun } : undefined }
}

const NOTHING = 'Nothing was written.'

/** Whether a question was left. One that is left before anything was answered leaves everything as it was. */
async function askAll(answers: Answers, plan: Plan): Promise<boolean> {
  const before = answers.actions.length
  try {
    await askRegions(answers)
    await askActions(answers, plan.contacts, new Date())
    return false
  } catch (error) {
    if (!leftQuestion(error)) throw error
    const { regions, actions, begun } = answers
    // What was asked for stands on no line yet.
    if (regions.some(({ line }) => line === 0) || actions.length > before || begun !== undefined) return true
    throw new OperatorError('interrupted', { message: NOTHING })
  }
}

function saidBefore(matter: PostmortemMatter, { title, owner, severity, services }: CreateOptions): Said {
  return {
    ...keptOf(matter),
    services: allOf(matter.services, services),
    ...(title === undefined ? {} : { title }),
    ...(owner === undefined ? {} : { owner }),
    ...(severity === undefined ? {} : { severity: postmortemSeverity.parse(severity) }),
  }
}

async function saidFirst(
  root: string,
  plan: Plan,
  gathered: Gathered,
  options: CreateOptions,
): Promise<Said> {
  const owner = options.owner ?? (options.ask ? await askOwner(plan.contacts) : undefined)
  if (owner === undefined)
    throw new OperatorError('usage', {
      message: 'a post-mortem has one named owner, and nobody can be asked here',
      hint: `--owner PERSON, one of ${Object.keys(plan.contacts.people).join(', ')}`,
    })
  const { title, name, startedAt, services: recorded } = namesOf(gathered)
  const services = await someServices(plan, allOf(recorded, options.services), options.ask)
  return {
    id: freeId(root, startedAt, redact(name), gathered),
    title: options.title ?? title,
    status: 'draft',
    severity: severityOf(gathered, options.severity),
    kind: kindOf(gathered),
    owner,
    authors: [],
    services,
    actions: [],
  }
}

function allOf(services: readonly string[], more: readonly string[]): string[] {
  return [...new Set([...services, ...more])]
}

/** An incident may be declared before anybody knows what is hit. */
async function someServices(plan: Plan, services: string[], ask: boolean): Promise<string[]> {
  if (services.length > 0) return services
  if (ask) return await askServices(plan.services)
  throw new OperatorError('usage', {
    message: 'a post-mortem is of one service or more: the incident names none, and nobody can be asked here',
    hint: `--service ID, one of ${Object.keys(plan.services).join(', ')}; may be repeated`,
  })
}

/** What it is called, in words and in the name of its file. */
function namesOf({ runs, incident }: Gathered): {
  title: string
  name: string
  startedAt: string
  services: string[]
} {
  const ofRuns = [...new Set(runs.map(({ state }) => state.service))]
  if (incident) {
    const { title, declaredAt: startedAt, services } = incident.state
    return { title, name: title, startedAt, services: services.length > 0 ? services : ofRuns }
  }
  const { title = '', runbook: name = '', startedAt = '' } = runs[0]?.state ?? {}
  return { title, name, startedAt, services: ofRuns }
}

function severityOf({ runs, incident }: Gathered, given: string | undefined): PostmortemMatter['severity'] {
  const severity = given ?? incident?.state.severity ?? runs.find(({ runbook }) => runbook)?.runbook?.severity
  const read = postmortemSeverity.safeParse(severity)
  if (read.success) return read.data
  throw new OperatorError('usage', {
    message: severity === undefined ? 'how severe it was is not recorded' : `unknown severity "${severity}"`,
    hint: `--severity, one of ${postmortemSeverity.options.join(', ')}`,
  })
}

function kindOf({ runs, incident }: Gathered): PostmortemMatter['kind'] {
  if (incident)
    return incident.state.kind === 'drill' || incident.state.kind === 'exercise'
      ? incident.state.kind
      : 'incident'
  const modes = new Set(runs.map(({ state }) => state.mode))
  if (modes.has('tabletop') || modes.has('rehearsal')) return 'exercise'
  return modes.has('drill') || runs.some(({ state }) => state.fault) ? 'drill' : 'incident'
}

/** `2026-11-21-database-failure`; a second one of that day takes the end of its run's id. */
function freeId(root: string, startedAt: string, name: string, { runs, incident }: Gathered): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '')
  const base = `${startedAt.slice(0, 10)}-${slug === '' ? 'untitled' : slug}`
  const taken = new Set(requirePostmortems(root).map(({ matter }) => matter.id))
  const end = (incident?.id ?? runs[0]?.state.run ?? '').split('-').at(-1) ?? ''
  return taken.has(base) ? `${base}-${end.replace(/[^a-z0-9]/g, '')}` : base
}

export function requirePerson(plan: Plan, person: string): void {
  const { people } = plan.contacts
  if (Object.hasOwn(people, person)) return
  throw new OperatorError('usage', {
    message: `"${person}" is not a person of docs/plan/contacts.yaml`,
    hint: suggest(person, Object.keys(people)),
  })
}

function requireService({ services }: Plan, service: string): void {
  if (Object.hasOwn(services, service)) return
  throw new OperatorError('usage', {
    message: `there is no service "${service}" in docs/plan/services.yaml`,
    hint: suggest(service, Object.keys(services)),
  })
}

/** The post-mortem with this id, or the only one that it ends or begins. */
export function findPostmortem(root: string, wanted: string): Postmortem {
  const all = requirePostmortems(root)
  const matches = all.filter(
    ({ matter: { id } }) => id === wanted || id.startsWith(wanted) || id.endsWith(wanted),
  )
  const [exact] = matches.filter(({ matter }) => matter.id === wanted)
  const [only] = exact ? [exact] : matches
  if (only && (exact || matches.length === 1)) return only
  throw new OperatorError('usage', {
    message:
      matches.length === 0
        ? `there is no post-mortem "${wanted}"`
        : `"${wanted}" fits ${matches.length} post-mortems`,
    hint: suggest(
      wanted,
      all.map(({ matter }) => matter.id),
    ),
  })
}
