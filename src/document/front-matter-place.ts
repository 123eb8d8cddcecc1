import type { Place } from '../model/runbook.ts'
import { frontMatter } from './front-matter.ts'
import { parseDocument } from './parse.ts'
import { parseYaml } from './yaml.ts'

/** Where a value of the front matter of a runbook stands; `text` is the whole file. */
export function placeInFrontMatter(file: string, text: string, ...path: PropertyKey[]): Place {
  const parsed = parseDocument(text, file)
  if ('problem' in parsed || !parsed.frontMatter) return { file, line: 1, column: 1 }
  return parseYaml(parsed.frontMatter.text, frontMatter, file, parsed.frontMatter.firstLine).locate(path)
}
