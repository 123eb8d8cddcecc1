import type { Code } from 'mdast'
import type { Problem } from '../model/problem.ts'
import type { Fence, FenceLanguage, FenceRole, Place } from '../model/runbook.ts'

const ROLES: readonly FenceRole[] = ['check', 'run', 'verify', 'rollback']
const LANGUAGES: readonly FenceLanguage[] = ['ts', 'sh', 'sql']
const ATTRIBUTES = ['file', 'on', 'bind']
const TARGET = /^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$/

/** Reads the text of a script that a fence names, or undefined when there is none. */
export type ReadScript = (path: string) => string | undefined

/**
 * The executable fence that a code block stands for. A block whose first meta word is not a role is only shown: undefined.
 * Mistakes are added to `problems` with their place.
 */
export function readFence(
  node: Code,
  file: string,
  readScript: ReadScript,
  problems: Problem[],
): Fence | undefined {
  const words = (node.meta ?? '').split(/\s+/).filter((word) => word !== '')
  const at = { file, line: node.position?.start.line ?? 1, column: node.position?.start.column ?? 1 }
  const [first = '', ...rest] = words
  const role = ROLES.find((candidate) => candidate === first)
  if (ROLES.some((candidate) => candidate === node.lang)) {
    problems.push({ ...at, message: languageMessage(node.lang, '') })
    return undefined
  }
  if (role === undefined) {
    if (first !== '') problems.push({ ...at, message: roleMessage(first) })
    return undefined
  }
  const lang = LANGUAGES.find((candidate) => candidate === node.lang)
  if (lang === undefined) {
    problems.push({ ...at, message: languageMessage(role, node.lang) })
    return undefined
  }
  const attributes = readAttributes(rest, at, problems)
  const fence = withScript(
    { role, lang, code: node.value, place: { ...at, line: at.line + 1 }, bind: [] },
    attributes,
    at,
    readScript,
    problems,
  )
  if (lang === 'sh' && fence.code.includes('\r'))
    problems.push({
      ...fence.place,
      message: 'the lines end with CR LF: bash takes the CR for a part of the last word',
      hint: 'Save the file with LF only.',
    })
  return withTarget(fence, attributes, at, problems)
}

function languageMessage(role: string | null | undefined, lang: string | null | undefined): string {
  return `a ${role} fence needs a language that can run: expected ts, sh or sql, found ${quoted(lang)}`
}

function roleMessage(word: string): string {
  return `unknown fence role ${quoted(word)}: expected check, run, verify or rollback, or nothing when the fence is only shown`
}

function quoted(word: string | null | undefined): string {
  return word === null || word === undefined || word === '' ? 'nothing' : `"${word}"`
}

function readAttributes(words: string[], at: Place, problems: Problem[]): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const word of words) {
    const [name = '', ...value] = word.split('=')
    if (!ATTRIBUTES.includes(name) || value.length === 0)
      problems.push({
        ...at,
        message: `unknown fence attribute ${quoted(word)}: expected file=…, on=… or bind=…`,
      })
    else if (attributes.has(name)) problems.push({ ...at, message: `fence attribute ${name} stands twice` })
    else attributes.set(name, value.join('='))
  }
  return attributes
}

function withScript(
  fence: Fence,
  attributes: Map<string, string>,
  at: Place,
  readScript: ReadScript,
  problems: Problem[],
): Fence {
  const script = attributes.get('file')
  if (script === undefined) {
    if (fence.code.trim() === '')
      problems.push({ ...at, message: `an empty ${fence.role} fence: expected a command, or file=…` })
    return fence
  }
  if (fence.code.trim() !== '')
    problems.push({
      ...at,
      message: 'a fence with file= has no text of its own: the script is what is shown and run',
    })
  if (!script.startsWith('scripts/') || script.split('/').includes('..')) {
    problems.push({ ...at, message: `file=${script}: expected a path below scripts/, without ..` })
    return fence
  }
  if (!script.endsWith(`.${fence.lang}`))
    problems.push({
      ...at,
      message: `file=${script}: expected a .${fence.lang} file in a ${fence.lang} fence`,
    })
  const code = readScript(script)
  if (code === undefined) {
    problems.push({
      ...at,
      message: `file=${script}: there is no such file`,
      hint: 'Create it, or correct the path; it is relative to the project.',
    })
    return fence
  }
  return { ...fence, code, script, place: { file: script, line: 1, column: 1 } }
}

function withTarget(fence: Fence, attributes: Map<string, string>, at: Place, problems: Problem[]): Fence {
  const on = attributes.get('on')
  const bind = attributes.get('bind')?.split(',') ?? []
  if (fence.lang !== 'sql') {
    if (on !== undefined || bind.length > 0)
      problems.push({
        ...at,
        message: `on= and bind= belong to sql fences; a ${fence.lang} fence asks for target() or its variables`,
      })
    return fence
  }
  if (on === undefined) {
    problems.push({ ...at, message: 'a sql fence needs on=<service>.<target>: the database it runs on' })
    return fence
  }
  if (!TARGET.test(on))
    problems.push({ ...at, message: `on=${on}: expected <service>.<target>, such as orders-db.standby` })
  return { ...fence, on, bind }
}
