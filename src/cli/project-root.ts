import { existsSync } from 'node:fs'
import path from 'node:path'
import { OperatorError } from '../model/problem.ts'

/** The folder that holds runbooks/ and docs/plan/, here or above. */
export function projectRoot(from = process.cwd()): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'docs', 'plan', 'environments.yaml'))) return folder
    if (folder === path.dirname(folder))
      throw new OperatorError('usage', {
        message: `there is no Drillbook project in ${from} or above it`,
        hint: 'Start it in the folder that holds runbooks/ and docs/plan/.',
      })
  }
}
