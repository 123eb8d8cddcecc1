import type { Problem } from '../model/problem.ts'
import type { Finding, Project, Rule } from './rule.ts'

/** Every rule over the project. What is found twice, as a script that two steps run, is reported once. */
export async function lint(project: Project, rules: readonly Rule[]): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const rule of rules)
    for (const problem of await problemsOf(rule, project))
      findings.push({ ...problem, rule: rule.name, level: rule.level })
  return withoutRepetition(findings)
}

async function problemsOf(rule: Rule, project: Project): Promise<Problem[]> {
  if (rule.scope === 'report') return project.reports.flatMap((report) => rule.check(report, project))
  if (rule.scope !== 'runbook') return await rule.check(project)
  // One after the other: a rule may start a program for each fence of a runbook.
  const problems: Problem[] = []
  for (const runbook of project.runbooks) problems.push(...(await rule.check(runbook, project)))
  return problems
}

export function withoutRepetition<T extends Problem>(problems: readonly T[]): T[] {
  const seen = new Map<string, T>()
  for (const problem of problems) {
    const { file, line, column, message } = problem
    const key = JSON.stringify([file, line, column, message])
    if (!seen.has(key)) seen.set(key, problem)
  }
  return [...seen.values()]
}
