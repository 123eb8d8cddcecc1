import { MESSAGE_FILES, loadCommunications } from '../document/communications.ts'
import type { LoadedCommunications } from '../document/communications.ts'
import { loadRunbook, runbookFile } from '../document/load.ts'
import { loadPlan, runbookIds } from '../document/plan.ts'
import { ProjectFiles } from '../document/project-files.ts'
import { readReports } from '../document/reports.ts'
import { sortedProblems } from '../document/sorted.ts'
import { checkMessageTemplates } from '../document/message-templates.ts'
import { attempt } from '../model/problem.ts'
import type { Runbook } from '../model/runbook.ts'
import { checkExercises } from './exercises.ts'
import type { Report } from './report.ts'
import { asFinding } from './report.ts'
import type { Finding, Project, Rule } from './rule.ts'
import { RULES } from './rules/index.ts'
import { lint, withoutRepetition } from './run.ts'

export type CheckOptions = Pick<Project, 'root' | 'faults' | 'now' | 'run'> & {
  /** Only these runbooks, and no rule about the plan alone. */
  only?: readonly string[]
  rules?: readonly Rule[]
}

/** Reads every runbook and the plan, applies the rules to what could be read, and returns all that is wrong, sorted by place. */
export async function checkProject(options: CheckOptions): Promise<Report> {
  const { root, faults, now, run, only } = options
  const rules = (options.rules ?? RULES).filter(
    ({ scope }) => only === undefined || (scope !== 'plan' && scope !== 'report'),
  )
  const ids = only ?? runbookIds(root)
  const read = readRunbooks(root, ids)
  const { plan, problems, locate } = loadPlan(root)
  const communications = loadCommunications(root, plan && Object.keys(plan.environments))
  const messages = [...communications.problems, ...checkMessageTemplates(root)]
  const reports = readReports(root)
  const inPlan = plan && only ? [] : [...problems, ...messages].map((problem) => asFinding(problem, 'plan'))
  const found = plan
    ? await lint(
        {
          root,
          plan,
          locate,
          runbooks: read.runbooks,
          reports: reports.reports,
          read: reader(root),
          faults,
          audiences: audiencesOf(communications),
          now,
          run,
        },
        rules,
      )
    : [rulesSkipped]
  const exercises = only ? [] : checkExercises(root, plan).map((problem) => asFinding(problem, 'exercise'))
  const inReports = only ? [] : reports.problems.map((problem) => asFinding(problem, 'document'))
  const findings = withoutRepetition([...read.findings, ...inPlan, ...exercises, ...inReports, ...found])
  return { findings: sortedProblems(findings), runbooks: ids.length, rules: plan ? rules.length : 0 }
}

/** A project may do without communications.yaml: then there is nothing that an audience could be missing from. */
function audiencesOf({ communications, sources }: LoadedCommunications): string[] | undefined {
  const isThere = sources.some(({ file }) => file === MESSAGE_FILES.communications)
  return communications && isThere ? Object.keys(communications.audiences) : undefined
}

const rulesSkipped: Finding = {
  level: 'warning',
  rule: 'plan',
  message: 'no rule was applied to what could be read: the rules need the plan',
}

function readRunbooks(root: string, ids: readonly string[]): { runbooks: Runbook[]; findings: Finding[] } {
  const runbooks: Runbook[] = []
  const findings: Finding[] = []
  for (const id of ids) {
    const { runbook, problems } = loadRunbook(root, id)
    if (runbook) runbooks.push(runbook)
    // Where the reader names no place, the runbook itself is the place.
    for (const problem of problems)
      findings.push(asFinding({ file: runbookFile(id), ...problem }, 'document'))
  }
  return { runbooks, findings }
}

/** A file that is not UTF-8 counts as none: its readers report it. */
function reader(root: string): Project['read'] {
  const files = new ProjectFiles(root)
  return (file) =>
    attempt<string | undefined>(
      () => files.read(file),
      () => undefined,
    )
}
