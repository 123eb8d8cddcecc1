import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { z } from 'zod'
import type { PostmortemMatter } from '../model/postmortem.ts'
import { postmortemMatter } from '../model/postmortem.ts'
import type { Problem } from '../model/problem.ts'
import { OperatorError } from '../model/problem.ts'
import { readRegions } from '../model/regions.ts'
import type { Region } from '../model/regions.ts'
import { parseYaml } from './yaml.ts'
import type { Locate } from './yaml.ts'

export const POSTMORTEMS = 'docs/postmortems'

export type Postmortem = {
  file: string
  matter: PostmortemMatter
  /** The text after the front matter, and the line it begins on. */
  body: string
  bodyLine: number
  regions: Region[]
  locate: Locate
}
export type ReadPostmortem = { postmortem?: Postmortem; problems: Problem[]; file: string }

/** The post-mortems of a project by name, those that cannot be read with what is wrong with them. */
export function readPostmortems(root: string): ReadPostmortem[] {
  return markdownFiles(root).map((file) => readPostmortem(readFileSync(path.join(root, file), 'utf8'), file))
}

function markdownFiles(root: string): string[] {
  try {
    return readdirSync(path.join(root, POSTMORTEMS))
      .filter((name) => /^\d{4}-.*\.md$/.test(name))
      .sort()
      .map((name) => `${POSTMORTEMS}/${name}`)
  } catch {
    return []
  }
}

export function readPostmortem(text: string, file: string): ReadPostmortem {
  const { value, problems, body, bodyLine, locate } = readFrontMatter(text, file, postmortemMatter)
  const { regions, problems: damaged } = readRegions(body, file, bodyLine)
  const all = [...problems, ...damaged]
  return value && all.length === 0
    ? { file, problems: [], postmortem: { file, matter: value, body, bodyLine, regions, locate } }
    : { file, problems: all }
}

/** A document with front matter; `body` is what follows it, from line `bodyLine` on. */
export function readFrontMatter<T>(
  text: string,
  file: string,
  schema: z.ZodType<T>,
): { value: T | undefined; problems: Problem[]; body: string; bodyLine: number; locate: Locate } {
  const normal = text.replaceAll('\r\n', '\n')
  const [whole, yaml] = /^---\n([\s\S]*?\n)---[ \t]*(?:\n|$)/.exec(normal) ?? []
  if (whole === undefined || yaml === undefined) {
    const at = { file, line: 1, column: 1 }
    const message = normal.startsWith('---\n') ? 'the front matter never ends' : 'there is no front matter'
    const hint = 'It stands between two lines `---`.'
    return {
      value: undefined,
      problems: [{ file, line: 1, message, hint }],
      body: '',
      bodyLine: 1,
      locate: () => at,
    }
  }
  const parsed = parseYaml(yaml, schema, file, 2)
  const { value, problems, locate } = parsed
  return { value, problems, body: normal.slice(whole.length), bodyLine: whole.split('\n').length, locate }
}

/** Every post-mortem, or OperatorError with all that is wrong in any of them. */
export function requirePostmortems(root: string): Postmortem[] {
  const read = readPostmortems(root)
  const problems = read.flatMap((one) => one.problems)
  if (problems.length > 0) throw new OperatorError('usage', problems)
  return read.flatMap(({ postmortem }) => postmortem ?? [])
}
