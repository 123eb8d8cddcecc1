import { readdirSync } from 'node:fs'
import path from 'node:path'
import { messageFacts } from '../model/message-facts.ts'
import { attempt } from '../model/problem.ts'
import type { Problem } from '../model/problem.ts'
import { ProjectFiles } from './project-files.ts'
import { checkTemplate } from './template.ts'

export const MESSAGE_TEMPLATES = 'templates/inform'

/** The names of all message templates, without their ending: `internal/identified`. */
export function messageTemplateNames(root: string): string[] {
  try {
    return readdirSync(path.join(root, MESSAGE_TEMPLATES), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.hbs'))
      .map((name) => name.split(path.sep).join('/').slice(0, -'.hbs'.length))
      .sort()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

/** Those that belong to an audience; those of a runbook are checked with what the runbook has. */
export function checkMessageTemplates(root: string): Problem[] {
  const files = new ProjectFiles(root)
  return messageTemplateNames(root)
    .filter((name) => name.includes('/'))
    .flatMap((name) => {
      const file = `${MESSAGE_TEMPLATES}/${name}.hbs`
      return attempt(
        () => checkTemplate(files.readIfThere(file) ?? '', file, messageFacts),
        (problems) => problems,
      )
    })
}
