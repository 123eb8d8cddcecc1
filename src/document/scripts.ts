import { stripTypeScriptTypes } from 'node:module'
import path from 'node:path'
import { parse } from 'es-module-lexer/js'
import type { Problem } from '../model/problem.ts'
import type { Fence } from '../model/runbook.ts'

/**
 * Follows the relative imports of a TypeScript fence or script, so that the digest covers everything that can run.
 * Returns the project-relative paths of the modules reached, itself excluded.
 */
export function importedFiles(
  fence: Fence,
  readFile: (path: string) => string | undefined,
  problems: Problem[],
): Set<string> {
  const reached = new Set<string>()
  if (fence.lang === 'ts') follow(fence.code, fence.place.file, fence.place.line, readFile, reached, problems)
  return reached
}

function follow(
  code: string,
  file: string,
  firstLine: number,
  readFile: (path: string) => string | undefined,
  reached: Set<string>,
  problems: Problem[],
): void {
  let imports
  try {
    ;[imports] = parse(stripTypeScriptTypes(code))
  } catch (error) {
    problems.push({
      file,
      line: firstLine,
      column: 1,
      message: `not valid TypeScript: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
    })
    return
  }
  for (const { specifier, start: offset } of imports) {
    if (!specifier?.startsWith('.')) continue
    const target = path.posix.join(path.posix.dirname(file), specifier)
    if (reached.has(target)) continue
    const text = readFile(target)
    if (text === undefined) {
      const line = firstLine + code.slice(0, offset).split('\n').length - 1
      problems.push({ file, line, column: 1, message: `import of "${specifier}": there is no ${target}` })
      continue
    }
    reached.add(target)
    if (/\.[cm]?[jt]s$/.test(target)) follow(text, target, 1, readFile, reached, problems)
  }
}
