import { formatProblem } from '../model/problem.ts'
import type { Problem } from '../model/problem.ts'
import type { Finding, Level } from './rule.ts'

/** What `check` found, and in what. */
export type Report = { findings: Finding[]; runbooks: number; rules: number }

/** A mistake that keeps a document or the plan from being read. */
export function asFinding(problem: Problem, rule: string): Finding {
  return { ...problem, rule: problem.rule ?? rule, level: 'error' }
}

export function hasFailed({ findings }: Report, strict: boolean): boolean {
  return findings.some(({ level }) => strict || level === 'error')
}

/** `runbooks/x.mdx:12:3  error  message  (unknown-role)` and, on the next line, what to do. */
export function formatFinding(finding: Finding): string {
  const { hint, level, rule, file, line, column, ...rest } = finding
  const place = [file, line, column].filter((part) => part !== undefined).join(':')
  const message = formatProblem({ message: rest.message, step: rest.step })
  const head = [place === '' ? [] : place, level, message, `(${rule})`].flat().join('  ')
  return hint === undefined ? head : `${head}\n    ${hint}`
}

export function summaryLine(report: Report): string {
  const { findings, runbooks, rules } = report
  const what = `${count(runbooks, 'runbook')} and the plan, ${count(rules, 'rule')}`
  const found = (['error', 'warning'] as const)
    .map((level) => ({ level, number: numberOf(findings, level) }))
    .filter(({ number }) => number > 0)
    .map(({ level, number }) => count(number, level))
  return `${what}: ${found.length === 0 ? 'nothing found' : found.join(', ')}`
}

export function asJson(report: Report, failed: boolean): string {
  const { findings, runbooks, rules } = report
  const numbers = { errors: numberOf(findings, 'error'), warnings: numberOf(findings, 'warning') }
  return JSON.stringify({ ok: !failed, runbooks, rules, ...numbers, problems: findings }, undefined, 2)
}

function numberOf(findings: readonly Finding[], level: Level): number {
  return findings.filter((finding) => finding.level === level).length
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
