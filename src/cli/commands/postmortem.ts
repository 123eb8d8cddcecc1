import { runsFolder } from '../../journal/runs-folder.ts'
import { readPostmortems } from '../../document/postmortems.ts'
import type { ExitName } from '../../model/exit-code.ts'
import { isOpen } from '../../model/action-item.ts'
import { deadlines } from '../../model/postmortem.ts'
import type { PostmortemMatter } from '../../model/postmortem.ts'
import { OperatorError, formatProblem } from '../../model/problem.ts'
import { table } from '../../reports/summary.ts'
import { oneArgument, parseCommandLine } from '../arguments.ts'
import type { Command, Io } from '../command.ts'
import { declareKnownSecrets } from '../known-secrets.ts'
import { createPostmortem, findPostmortem, requirePerson } from '../postmortem/create.ts'
import type { Created } from '../postmortem/create.ts'
import { close, review, stillOpen, submit } from '../postmortem/lifecycle.ts'
import { readPlan } from '../postmortem/plan.ts'
import { rewrite } from '../postmortem/rewrite.ts'
import { verifyTimeline } from '../postmortem/verify.ts'
import { projectRoot } from '../project-root.ts'

const usage = `drillbook postmortem <run | incident | last> [options]      (npm run postmortem -- <run>)

Writes docs/postmortems/<date>-<slug>.md from the journals. Written again, it keeps what people wrote between its markers.
  --owner PERSON    the one person of contacts.yaml who sees it through
  --title TEXT      default: what the incident or the runbook is called
  --severity SEV    sev1 … sev4; default: what the incident or the runbook says
  --service ID      also of this service; may be repeated. Default: those of the incident, or of its runs
  --template FILE   default: templates/postmortem.md.hbs; docs/reference/postmortem-template.md lists its variables
  --unfinished      also of a run or an incident that is not over
  --overwrite       give up what was written outside the markers
  --no-ask          ask nothing; what nobody has said stays "to be written"

drillbook postmortem status [--json]                 each with its deadlines
drillbook postmortem submit <id> --reviewer PERSON   draft → in_review
drillbook postmortem review <id> --by PERSON         in_review → reviewed; the reviewer is not an author
drillbook postmortem close <id> --by PERSON          reviewed → closed
drillbook postmortem verify <id>                     every row of the timeline is a line of a journal that verifies`

const OPTIONS = {
  owner: { type: 'string' },
  title: { type: 'string' },
  severity: { type: 'string' },
  service: { type: 'string', multiple: true },
  template: { type: 'string' },
  unfinished: { type: 'boolean', default: false },
  overwrite: { type: 'boolean', default: false },
  'no-ask': { type: 'boolean', default: false },
  reviewer: { type: 'string' },
  by: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

type Values = ReturnType<typeof parseCommandLine<typeof OPTIONS>>['values']

const STEPS = { submit, review, close }

export const command: Command = {
  summary: 'Write the post-mortem of a run or an incident, and see it through its review.',
  usage,
  run: async (argv, io) => {
    const { values, positionals } = parseCommandLine('postmortem', argv, OPTIONS)
    const root = projectRoot()
    const [verb, ...rest] = positionals
    if (verb === 'status') return status(root, values.json, io)
    if (verb === 'verify') return verify(root, oneArgument('postmortem', rest, 'post-mortem'), io)
    await declareKnownSecrets(root)
    if (verb === 'submit' || verb === 'review' || verb === 'close')
      return advance(root, verb, oneArgument('postmortem', rest, 'post-mortem'), values, io)
    const { file, left } = await createPostmortem(
      root,
      oneArgument('postmortem', positionals, 'run or incident'),
      {
        template: values.template,
        title: values.title,
        owner: values.owner,
        severity: values.severity,
        services: values.service ?? [],
        unfinished: values.unfinished,
        overwrite: values.overwrite,
        ask: process.stdin.isTTY && !values['no-ask'],
      },
    )
    io.out(file)
    if (left) return tellLeft(left, io)
    io.err('Next: write its regions, then  npx drillbook postmortem submit <id> --reviewer PERSON')
    return 'ok'
  },
}

function tellLeft({ begun }: NonNullable<Created['left']>, io: Io): ExitName {
  io.err('Left at a question: what was answered before it is in the file, and the rest is "to be written".')
  if (begun !== undefined) io.err(`Not in it: the action item "${begun}", which was not finished.`)
  io.err('Go on: the same command asks for what is left; or write it into the file.')
  return 'interrupted'
}

function status(root: string, json: boolean, io: Io): ExitName {
  const now = new Date()
  const read = readPostmortems(root)
  for (const problem of read.flatMap(({ problems }) => problems)) io.err(formatProblem(problem))
  const rows = read.flatMap(({ postmortem }) => (postmortem ? [statusRow(postmortem.matter, now)] : []))
  if (json) for (const row of rows) io.json(row)
  else if (rows.length === 0) io.out('There are no post-mortems yet.')
  else
    for (const line of table([
      ['post-mortem', 'severity', 'status', 'owner', 'open actions', 'next'],
      ...rows.map(({ id, severity, status: now_, owner, openActions, next }) => [
        id,
        severity,
        now_,
        owner,
        String(openActions),
        next.map(({ what, due, overdue }) => `${what} due ${due}${overdue ? ' OVERDUE' : ''}`).join(', ') ||
          '—',
      ]),
    ]))
      io.out(line)
  return read.some(({ problems }) => problems.length > 0) ? 'failed' : 'ok'
}

function statusRow(matter: PostmortemMatter, now: Date) {
  const { id, severity, status: reached, owner, actions } = matter
  const next = deadlines(matter, now).map(({ what, due, overdue }) => ({
    what,
    due: due.toISOString().slice(0, 10),
    overdue,
  }))
  return { id, severity, status: reached, owner, openActions: actions.filter(isOpen).length, next }
}

function advance(root: string, verb: keyof typeof STEPS, id: string, values: Values, io: Io): ExitName {
  const option = verb === 'submit' ? 'reviewer' : 'by'
  const person = values[option]
  if (person === undefined)
    throw new OperatorError('usage', {
      message: `--${option} PERSON is needed`,
      hint: 'A person of docs/plan/contacts.yaml.',
    })
  requirePerson(readPlan(root), person)
  const postmortem = findPostmortem(root, id)
  const changes = STEPS[verb](postmortem, person, new Date())
  for (const problem of stillOpen(postmortem)) io.err(formatProblem(problem))
  const file = rewrite(root, runsFolder(root, process.env), postmortem, changes)
  io.out(`${file}  ${postmortem.matter.status} → ${changes.status ?? postmortem.matter.status}`)
  return 'ok'
}

function verify(root: string, id: string, io: Io): ExitName {
  const { checked, problems } = verifyTimeline(root, findPostmortem(root, id))
  for (const problem of problems) io.err(formatProblem(problem))
  io.out(
    problems.length === 0
      ? `${checked} citations: each is a line that exists and verifies.`
      : `${checked} citations, ${problems.length} findings.`,
  )
  return problems.length === 0 ? 'ok' : 'damaged'
}
