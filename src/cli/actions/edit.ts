import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseDocument } from 'yaml'
import { requirePostmortems } from '../../document/postmortems.ts'
import { readReports } from '../../document/reports.ts'
import type { ActionReport } from '../../document/reports.ts'
import { writeWhole } from '../../host/write-file.ts'
import { runsFolder } from '../../journal/runs-folder.ts'
import { actionItem, isOpen } from '../../model/action-item.ts'
import type { ActionItem } from '../../model/action-item.ts'
import { OperatorError } from '../../model/problem.ts'
import { suggest } from '../../model/suggest.ts'
import { redact } from '../declare-secrets.ts'
import { rewrite } from '../postmortem/rewrite.ts'

export type FoundAction = { report: ActionReport; item: ActionItem; index: number }

/** `<report>/<item>`, or an item's id alone where it is the only one of that name. */
export function findAction(root: string, wanted: string): FoundAction {
  const { reports, problems } = readReports(root)
  if (problems.length > 0) throw new OperatorError('usage', problems)
  const all = reports.flatMap((report) => report.actions.map((item, index) => ({ report, item, index })))
  const names = all.map(({ report, item }) => `${report.id}/${item.id}`)
  const matches = all.filter(({ item }, index) => names[index] === wanted || item.id === wanted)
  const [only] = matches
  if (only && matches.length === 1) return only
  throw new OperatorError('usage', {
    message:
      matches.length === 0
        ? `there is no action item "${wanted}"`
        : `"${wanted}" is an item of ${matches.length} reports`,
    hint: matches.length === 0 ? suggest(wanted, names) : 'Say which: <report>/<item>',
  })
}

/** Changes one item, in the front matter and in what is computed from it. Returns the file. */
export function changeAction(
  root: string,
  { report, item, index }: FoundAction,
  change: Partial<ActionItem>,
): string {
  if (!isOpen(item))
    throw new OperatorError('refused', {
      ...report.locate(['actions', index, 'status']),
      file: report.file,
      message: `${item.id} is ${item.status.replace('_', ' ')} already`,
    })
  const changed = actionItem.parse({ ...item, ...change })
  const actions = report.actions.map((one, at) => (at === index ? changed : one))
  if (report.matter === undefined) return editMatter(root, report, actions)
  const postmortem = requirePostmortems(root).find(({ file }) => file === report.file)
  if (!postmortem) throw new OperatorError('usage', { file: report.file, message: 'is not there any more' })
  return rewrite(root, runsFolder(root, process.env), postmortem, { actions })
}

/** The report of an exercise: only its front matter is changed, everything else stays byte for byte. */
function editMatter(root: string, { file }: ActionReport, actions: readonly ActionItem[]): string {
  const absolute = path.join(root, file)
  const text = readFileSync(absolute, 'utf8')
  const [, yaml = ''] = /^---\r?\n([\s\S]*?\n)---/.exec(text) ?? []
  const document = parseDocument(yaml)
  document.set('actions', actions)
  writeWhole(absolute, redact(text.replace(yaml, () => document.toString({ lineWidth: 0 }))))
  return file
}
