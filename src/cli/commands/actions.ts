import { readReports } from '../../document/reports.ts'
import { ageInDays, isOpen, isOverdue } from '../../model/action-item.ts'
import type { ActionItem } from '../../model/action-item.ts'
import type { ExitName } from '../../model/exit-code.ts'
import { OperatorError, formatProblem } from '../../model/problem.ts'
import { TRACKERS, actionsCsv } from '../../reports/actions.ts'
import type { ListedAction, Tracker } from '../../reports/actions.ts'
import { table } from '../../reports/summary.ts'
import { changeAction, findAction } from '../actions/edit.ts'
import type { FoundAction } from '../actions/edit.ts'
import { provingRun } from '../actions/proof.ts'
import { oneArgument, parseCommandLine } from '../arguments.ts'
import type { Command, Io } from '../command.ts'
import { declareKnownSecrets } from '../known-secrets.ts'
import { requirePerson } from '../postmortem/create.ts'
import { readPlan } from '../postmortem/plan.ts'
import { projectRoot } from '../project-root.ts'

const usage = `drillbook actions [options]

Lists the open action items of every post-mortem and exercise report, the most overdue first.
  --all             also those that are done or will not be
  --overdue         only those past their day
  --owner PERSON    only those of one person
  --json | --csv    for other programs; one JSON object a line
  --tracker NAME    what makes them issues of github, jira or gitlab: one request a line, as JSON

drillbook actions close <report>/<item> --by PERSON --evidence TEXT    somebody saw that doneWhen is met, and where
drillbook actions close <report>/<item> --run RUN                      a run that passed since the item was opened
drillbook actions wont-do <report>/<item> --reason TEXT --by APPROVER  it will not be done; the owner cannot approve that`

const OPTIONS = {
  all: { type: 'boolean', default: false },
  overdue: { type: 'boolean', default: false },
  owner: { type: 'string' },
  json: { type: 'boolean', default: false },
  csv: { type: 'boolean', default: false },
  tracker: { type: 'string' },
  by: { type: 'string' },
  evidence: { type: 'string' },
  run: { type: 'string' },
  reason: { type: 'string' },
} as const
type Values = ReturnType<typeof parseCommandLine<typeof OPTIONS>>['values']

export const command: Command = {
  summary: 'List what was promised after incidents, drills and exercises; close an item with its proof.',
  usage,
  run: async (argv, io) => {
    const { values, positionals } = parseCommandLine('actions', argv, OPTIONS)
    const root = projectRoot()
    const [verb, ...rest] = positionals
    if (verb === undefined) return list(root, values, io)
    if (verb !== 'close' && verb !== 'wont-do')
      throw new OperatorError('usage', { message: `expected close or wont-do, got "${verb}"` })
    await declareKnownSecrets(root)
    const found = findAction(root, oneArgument('actions', rest, 'action item'))
    const change = verb === 'close' ? await closing(root, found, values) : waiving(root, found, values)
    const file = changeAction(root, found, change)
    io.out(`${file}  ${found.item.id}: ${change.status?.replace('_', ' ') ?? ''}`)
    return 'ok'
  },
}

function list(root: string, values: Values, io: Io): ExitName {
  const { people } = readPlan(root).contacts
  const { reports, problems } = readReports(root)
  for (const problem of problems) io.err(formatProblem(problem))
  const now = new Date()
  const actions = reports
    .flatMap((report) =>
      report.actions.map((item): ListedAction => ({
        ...item,
        report: report.id,
        reportTitle: report.title,
        file: report.file,
        ownerName: people[item.owner]?.name ?? item.owner,
        ageDays: ageInDays(item, now),
        overdue: isOverdue(item, now),
      })),
    )
    .filter((action) => (values.all || isOpen(action)) && (!values.overdue || action.overdue))
    .filter(({ owner }) => values.owner === undefined || owner === values.owner)
    .toSorted((a, b) => a.due.localeCompare(b.due))
  show(actions, values, io)
  return problems.length === 0 ? 'ok' : 'failed'
}

function show(actions: readonly ListedAction[], { json, csv, tracker }: Values, io: Io): void {
  if (tracker !== undefined) {
    const payload = TRACKERS[trackerOf(tracker)]
    for (const action of actions) if (isOpen(action)) io.json(payload(action))
  } else if (json) for (const action of actions) io.json(action)
  else if (csv) io.out(actionsCsv(actions).trimEnd())
  else if (actions.length === 0) io.out('There are no such action items.')
  else
    for (const line of table([
      ['item', 'what', 'owner', 'priority', 'due', 'age', 'status'],
      ...actions.map(({ report, id, title, owner, priority, due, overdue, ageDays, status }) => [
        `${report}/${id}`,
        title,
        owner,
        priority,
        `${due}${overdue ? ' OVERDUE' : ''}`,
        `${ageDays} d`,
        status.replace('_', ' '),
      ]),
    ]))
      io.out(line)
}

function trackerOf(name: string): Tracker {
  if (name === 'github' || name === 'jira' || name === 'gitlab') return name
  throw new OperatorError('usage', {
    message: `--tracker ${name}: expected one of ${Object.keys(TRACKERS).join(', ')}`,
  })
}

async function closing(
  root: string,
  { item }: FoundAction,
  { by, evidence, run }: Values,
): Promise<Partial<ActionItem>> {
  if (run !== undefined) return { status: 'done', verifiedByRun: await provingRun(root, run, item) }
  const { person, words } = personAndWords(root, by, evidence, 'evidence')
  return { status: 'done', confirmed: { by: person, at: today(), evidence: words } }
}

function waiving(root: string, { item }: FoundAction, { by, reason }: Values): Partial<ActionItem> {
  const { person, words } = personAndWords(root, by, reason, 'reason')
  if (person === item.owner)
    throw new OperatorError('refused', {
      message: `${person} owns ${item.id}: somebody else agrees that it is not done`,
    })
  return { status: 'wont_do', wontDo: { reason: words, approver: person, at: today() } }
}

function personAndWords(
  root: string,
  by: string | undefined,
  words: string | undefined,
  option: string,
): { person: string; words: string } {
  if (by === undefined || words === undefined || words.trim() === '')
    throw new OperatorError('usage', {
      message: `--by PERSON and --${option} TEXT are needed${option === 'evidence' ? ', or --run RUN' : ''}`,
      hint: 'npx drillbook actions --help',
    })
  requirePerson(readPlan(root), by)
  return { person: by, words: words.trim() }
}

function today(): string {
  return new Date().toISOString().slice(0, 10)
}
