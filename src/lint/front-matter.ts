import { placeInFrontMatter } from '../document/front-matter-place.ts'
import type { Place, Runbook } from '../model/runbook.ts'
import type { Project } from './rule.ts'

/** Where a value of a runbook's front matter stands. */
export function frontMatterPlace({ file }: Runbook, project: Project, ...path: PropertyKey[]): Place {
  return placeInFrontMatter(file, project.read(file) ?? '', ...path)
}
