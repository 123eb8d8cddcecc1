import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { framework } from '../model/framework.ts'
import type { Framework } from '../model/framework.ts'
import { OperatorError } from '../model/problem.ts'
import { suggest } from '../model/suggest.ts'
import { parseYaml } from './yaml.ts'

const FOLDER = 'docs/plan/frameworks'

/** The frameworks whose controls this project has a map of. */
export function frameworkIds(root: string): string[] {
  const folder = path.join(root, FOLDER)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort()
}

export function readFramework(root: string, id: string): Framework {
  const ids = frameworkIds(root)
  if (!ids.includes(id))
    throw new OperatorError('usage', {
      message: `there is no map of the framework "${id}"`,
      hint: suggest(id, ids),
    })
  const file = `${FOLDER}/${id}.yaml`
  const { value, problems } = parseYaml(readFileSync(path.join(root, file), 'utf8'), framework, file)
  if (value) return value
  throw new OperatorError('usage', problems)
}
