import type { RootContent } from 'mdast'
import type { Runbook } from '../../model/runbook.ts'
import { importedScripts } from '../content/runbooks.ts'
import { element, headingWithId } from './elements.ts'
import { tokensOf } from './highlight.ts'

export const IMPORTED = { id: 'imported-scripts', title: 'Imported by the scripts above' }

/** At the end of the page, the scripts that the steps import: whatever runs can be read here. */
export function showImported(root: string, runbook: Runbook): RootContent[] {
  const scripts = importedScripts(root, runbook)
  if (scripts.length === 0) return []
  return [
    headingWithId(2, IMPORTED.id, [{ type: 'text', value: IMPORTED.title }]),
    ...scripts.map(({ file, code }) => {
      const lang = file.split('.').at(-1) ?? ''
      return element('Imported', { file, lang, tokens: tokensOf(code, lang) })
    }),
  ]
}
