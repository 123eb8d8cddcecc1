import { frontMatter } from '../document/front-matter.ts'
import { parseDocument } from '../document/parse.ts'
import { parseYaml } from '../document/yaml.ts'
import type { Place, Runbook } from '../model/runbook.ts'
import type { Project } from './rule.ts'

/** Where a value of a runbook's front matter stands. */
export function frontMatterPlace(runbook: Runbook, project: Project, ...path: PropertyKey[]): Place {
  const { file } = runbook
  const parsed = parseDocument(project.read(file) ?? '', file)
  if ('problem' in parsed || !parsed.frontMatter) return { file, line: 1, column: 1 }
  const { text, firstLine } = parsed.frontMatter
  return parseYaml(text, frontMatter, file, firstLine).locate(path)
}
