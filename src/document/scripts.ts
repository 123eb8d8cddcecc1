import { stripTypeScriptTypes } from 'node:module'
import path from 'node:path'
import { parse } from 'es-module-lexer/js'
import { placeInFence } from '../model/place-in-fence.ts'
import type { Problem } from '../model/problem.ts'
import type { Fence, Place } from '../model/runbook.ts'

type ReadFile = (path: string) => string | undefined

/** A module, or a fence, whose imports are followed: its text and the place of its first line. */
type Module = { code: string; place: Place }

/**
 * Follows the relative imports of a TypeScript fence or script, so that the digest covers everything that can run.
 * Returns the project-relative paths of the modules reached, itself excluded.
 */
export function importedFiles(fence: Fence, readFile: ReadFile, problems: Problem[]): Set<string> {
  const reached = new Set<string>()
  if (fence.lang === 'ts') follow({ code: fence.code, place: fence.place }, readFile, reached, problems)
  return reached
}

function follow(module: Module, readFile: ReadFile, reached: Set<string>, problems: Problem[]): void {
  const { file } = module.place
  for (const { specifier, offset } of importsOf(module, readFile, problems)) {
    const at = (message: string): number => problems.push({ ...placeAt(module, offset, readFile), message })
    if (specifier === undefined || specifier.includes('*'))
      at('import() of what is only known when it runs: expected a literal, so that the digest can cover it')
    else if (/^(\/|file:|data:|https?:)/.test(specifier))
      at(`import of "${specifier}": expected a relative path or the name of a package`)
    else if (specifier.startsWith('.')) {
      const target = path.posix.join(path.posix.dirname(file), specifier)
      if (reached.has(target)) continue
      const code = readFile(target)
      if (code === undefined) at(`import of "${specifier}": there is no ${target}`)
      reached.add(target)
      if (code !== undefined && /\.[cm]?[jt]s$/.test(target))
        follow({ code, place: { file: target, line: 1, column: 1 } }, readFile, reached, problems)
    }
  }
}

type Import = { specifier: string | undefined; offset: number }

function importsOf(module: Module, readFile: ReadFile, problems: Problem[]): Import[] {
  try {
    const [imports] = parse(withoutTypes(module.code))
    return imports
      .filter(({ type }) => type !== 'import-meta')
      .map(({ specifier, start }) => ({ specifier: specifier ?? undefined, offset: start }))
  } catch (error) {
    problems.push(syntaxProblem(module, error, readFile))
    return []
  }
}

/** Types become blanks, so that offsets stay. */
function withoutTypes(code: string): string {
  // Node warns once that this is experimental: the operator can do nothing about it, so that it is not said.
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return stripTypeScriptTypes(code)
  } finally {
    process.emitWarning = emitWarning
  }
}

/** Node tells the place only in the stack: `:2`, the source line, and a caret below it. */
function syntaxProblem(module: Module, error: unknown, readFile: ReadFile): Problem {
  const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const [, line, caret] = /^:(\d+)\n[^]*?\n( *)\^/.exec(stack) ?? []
  const at = placeInFence(module, Number(line ?? 1) - 1, caret?.length ?? 0, readFile(module.place.file))
  return { ...at, message: `not valid TypeScript: ${message}` }
}

function placeAt(module: Module, offset: number, readFile: ReadFile): Place {
  const before = module.code.slice(0, offset).split('\n')
  return placeInFence(module, before.length - 1, before.at(-1)?.length ?? 0, readFile(module.place.file))
}
