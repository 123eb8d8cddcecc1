import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { runbookFile } from '../../document/load.ts'
import { runbookIds } from '../../document/plan.ts'
import { faults } from '../../drill/faults/index.ts'
import { checkProject } from '../../lint/check.ts'
import { asJson, formatFinding, hasFailed, summaryLine } from '../../lint/report.ts'
import type { Run } from '../../lint/rule.ts'
import { RULES } from '../../lint/rules/index.ts'
import { OperatorError } from '../../model/problem.ts'
import { suggest } from '../../model/suggest.ts'
import { parseCommandLine } from '../arguments.ts'
import type { Command } from '../command.ts'
import { runbookId } from '../project.ts'
import { projectRoot } from '../project-root.ts'

const usage = `drillbook check [runbook …] [--strict] [--json]

Reads every runbook and the plan, type-checks every ts fence, and reports all that would fail on the day, sorted by place.
With runbooks named, only these are checked, and nothing that is about the plan alone.

  --strict  warnings fail as well
  --json    one JSON object on standard output: ok, errors, warnings, problems

Exit code 0 when nothing is wrong, 1 when something is, 2 when there is no such runbook. docs/reference/lint-rules.md describes the ${RULES.length} rules.`

export const command: Command = {
  summary: 'Find what would make the plan or a runbook fail on the day.',
  usage,
  async run(argv, io) {
    const options = {
      strict: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    } as const
    const { values, positionals } = parseCommandLine('check', argv, options)
    const root = projectRoot()
    const only = positionals.map((named) => runbookId(root, named))
    requireRunbooks(only, runbookIds(root))
    const report = await checkProject({
      root,
      faults: faults.map(({ name }) => name),
      now: new Date(),
      run: runProgram,
      ...(only.length === 0 ? {} : { only }),
    })
    const failed = hasFailed(report, values.strict)
    if (values.json) io.out(asJson(report, failed))
    else {
      for (const finding of report.findings) io.sentence(formatFinding(finding), { hang: 4 })
      io.err(summaryLine(report))
    }
    return failed ? 'failed' : 'ok'
  },
}

/** As for every other command, a runbook that is not there is a mistake in the command, not in the project. */
function requireRunbooks(named: readonly string[], known: readonly string[]): void {
  const problems = named
    .filter((id) => !known.includes(id))
    .map((id) => ({ file: runbookFile(id), message: 'there is no such runbook', hint: suggest(id, known) }))
  if (problems.length > 0) throw new OperatorError('usage', problems)
}

/** The programs that some rules need, run to their end; one that is not installed is no error here. */
export const runProgram: Run = (program, args, { stdin, cwd, env } = {}) =>
  new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env } })
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
    child.on('error', (error) =>
      resolve({ code: undefined, stdout: '', stderr: error.message, missing: true }),
    )
    child.on('close', (code) =>
      resolve({ code: code ?? undefined, stdout: stdout(), stderr: stderr(), missing: false }),
    )
    // A program that ends before it has read everything has said why in its exit code.
    child.stdin.on('error', () => undefined)
    child.stdin.end(stdin ?? '')
  })

function collect(stream: Readable): () => string {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString('utf8')
}
