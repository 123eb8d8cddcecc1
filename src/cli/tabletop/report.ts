import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseYaml } from '../../document/yaml.ts'
import { foldExercise } from '../../exercise/fold.ts'
import { openGaps } from '../../model/exercise-gap.ts'
import type { RatedTask } from '../../model/exercise-gap.ts'
import { writeWhole } from '../../host/write-file.ts'
import { exercisesFolder, listSessions, readExercise } from '../../journal/exercise-directory.ts'
import { runsFolder } from '../../journal/runs-folder.ts'
import type { ActionItem } from '../../model/action-item.ts'
import { OperatorError } from '../../model/problem.ts'
import type { Problem } from '../../model/problem.ts'
import { readRegions } from '../../model/regions.ts'
import type { Region } from '../../model/regions.ts'
import { afterAction } from '../../reports/after-action/data.ts'
import { actionsFor, afterActionDocument, reportMatter } from '../../reports/after-action/document.ts'
import { recordOf } from '../../reports/after-action/record.ts'
import { ratedTasks } from '../../model/exercise-record.ts'
import { REPORTS, readRecords } from '../../document/exercise-records.ts'
import { cleanAction } from '../actions/clean.ts'
import { redact } from '../declare-secrets.ts'
import { keptExercise } from './session.ts'

const TEMPLATE = 'templates/after-action-report.md.hbs'

/** Writes the report of a session, and its record beside it; returns the files. What people wrote in an earlier one is kept. */
export function writeReport(root: string, directory: string): { report: string; record: string } {
  const journal = readExercise(directory)
  if (journal.problems.length > 0) throw new OperatorError('damaged', journal.problems)
  const state = foldExercise(journal.events)
  if (state.status !== 'ended')
    throw new OperatorError('refused', {
      message: `${path.basename(directory)} has not ended: there is nothing to report yet`,
      hint: `npm run tabletop -- --resume ${path.basename(directory)}, then e ends it.`,
    })
  const exercise = keptExercise(directory, state)
  const name = reportName(
    root,
    state.startedAt.slice(0, 10),
    exercise.id.replaceAll(/[:/]/g, '-'),
    state.session,
  )
  const report = `${REPORTS}/${name}.md`
  const known = readReport(root, report)
  const document = afterActionDocument(
    afterAction(exercise, journal.events, journal.end.hash),
    actionsFor(exercise, state, known?.actions ?? []).map(cleanAction),
    { file: TEMPLATE, text: readTemplate(root) },
    {
      file: report,
      regions: known?.regions.map((region) => ({ ...region, text: redact(region.text) })) ?? [],
    },
  )
  const record = `${REPORTS}/${name}.json`
  writeWhole(path.join(root, report), document)
  writeWhole(
    path.join(root, record),
    `${JSON.stringify(recordOf(exercise, state, journal.end.hash), undefined, 2)}\n`,
  )
  return { report, record }
}

function readTemplate(root: string): string {
  const file = path.join(root, TEMPLATE)
  if (existsSync(file)) return readFileSync(file, 'utf8')
  throw new OperatorError('usage', {
    file: TEMPLATE,
    message: 'there is no such template',
    hint: 'The journal is safe: put the template back, then npm run tabletop -- --report',
  })
}

/** `<date>-<id>`, with a number when another session of that day has it. */
function reportName(root: string, date: string, id: string, session: string): string {
  for (let number = 1; ; number += 1) {
    const name = `${date}-${id}${number === 1 ? '' : `-${number}`}`
    const file = `${REPORTS}/${name}.md`
    if (!existsSync(path.join(root, file)) || readReport(root, file)?.session === session) return name
  }
}

/** What people have made of a report; undefined when there is none. A report that cannot be read is not written over. */
function readReport(
  root: string,
  file: string,
): { session: string; actions: ActionItem[]; regions: Region[] } | undefined {
  if (!existsSync(path.join(root, file))) return undefined
  const text = readFileSync(path.join(root, file), 'utf8')
  const { regions, problems } = readRegions(text, file)
  const matter = readMatter(text, file, problems)
  if (!matter || problems.length > 0) throw new OperatorError('usage', problems)
  return { ...matter, regions }
}

function readMatter(text: string, file: string, problems: Problem[]) {
  const [, yaml] = /^---\n([\s\S]*?\n)---\n/.exec(text.replaceAll('\r\n', '\n')) ?? []
  if (yaml === undefined) {
    problems.push({ file, line: 1, message: 'expected front matter between --- lines' })
    return undefined
  }
  const parsed = parseYaml(yaml, reportMatter, file, 2)
  problems.push(...parsed.problems)
  return parsed.value
}

/** Over every published record and every journal here that has ended; a session that is in both counts once. */
export function gapsOf(root: string): { gaps: RatedTask[]; unreadable: string[] } {
  const { records, unreadable } = readRecords(root)
  const published = new Set(records.map(({ session }) => session))
  const runs = runsFolder(root, process.env)
  for (const id of listSessions(runs).filter((session) => !published.has(session))) {
    const directory = path.join(exercisesFolder(runs), id)
    const { events, problems, end } = readExercise(directory)
    const state = foldExercise(events)
    if (problems.length > 0) unreadable.push(directory)
    else if (state.status === 'ended') records.push(recordOf(keptExercise(directory, state), state, end.hash))
  }
  return { gaps: openGaps(records.flatMap(ratedTasks)), unreadable }
}
