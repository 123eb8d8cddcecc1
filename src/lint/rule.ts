import type { LoadedPlan, Plan, PlanFile } from '../document/plan.ts'
import type { ActionReport } from '../document/reports.ts'
import type { Problem } from '../model/problem.ts'
import type { Runbook } from '../model/runbook.ts'

/** An error makes `check` fail; a warning does so only with --strict. */
export type Level = 'error' | 'warning'

export type Finding = Problem & { level: Level; rule: string }

/** What a program that a rule needs did. `missing`: it is not installed here. */
export type Ran = { code: number | undefined; stdout: string; stderr: string; missing: boolean }

/** Runs one program to its end; the command line provides it. */
export type Run = (
  program: string,
  args: readonly string[],
  options?: { stdin?: string; cwd?: string; env?: Record<string, string> },
) => Promise<Ran>

/** What every rule may look at. */
export type Project = {
  root: string
  plan: Plan
  locate: LoadedPlan['locate']
  /** The runbooks to be checked that could be read. */
  runbooks: readonly Runbook[]
  /** The post-mortems and exercise reports that could be read. */
  reports: readonly ActionReport[]
  /** The text of a file of the project. */
  read: (file: string) => string | undefined
  /** The faults a drill can inject; undefined when they are not known, and then any is accepted. */
  faults: readonly string[] | undefined
  /** Who can be told, by communications.yaml; undefined where there is none or it has a mistake, and then any is accepted. */
  audiences: readonly string[] | undefined
  now: Date
  run: Run
}

/**
 * A small piece of a project, with what the rule says of it. The text is a whole plan file, a whole runbook, some of its front matter, or
 * what follows the front matter; some of the front matter of a post-mortem, or what people wrote in one. Lines of `reports` count from the first line of the text.
 */
export type Example = {
  title: string
  in: PlanFile | 'runbook' | 'front-matter' | 'body' | 'postmortem' | 'postmortem-words'
  text: string
  reports?: { file?: string; line: number; column: number; message: string }[]
}

type Common = {
  name: string
  level: Level
  /** One sentence: what is wrong, and what it costs on the day. */
  summary: string
  /** They are the rule's tests and its documentation. */
  examples: { good: Example[]; bad: Example[] }
}

/** Looks at one runbook at a time. */
export type RunbookRule = Common & {
  scope: 'runbook'
  check: (runbook: Runbook, project: Project) => Problem[] | Promise<Problem[]>
}

/** Looks at the plan files. */
export type PlanRule = Common & {
  scope: 'plan'
  check: (project: Project) => Problem[] | Promise<Problem[]>
}

/** Looks at all runbooks at once, because one start of its program is enough for all. */
export type RunbooksRule = Common & {
  scope: 'runbooks'
  check: (project: Project) => Problem[] | Promise<Problem[]>
}

/** Looks at one post-mortem or exercise report at a time. */
export type ReportRule = Common & {
  scope: 'report'
  check: (report: ActionReport, project: Project) => Problem[]
}

export type Rule = RunbookRule | PlanRule | RunbooksRule | ReportRule
