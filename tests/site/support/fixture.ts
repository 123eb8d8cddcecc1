import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { repositoryFile, temporaryProject } from '../../document/temporary-project.ts'
import type { TemporaryProject } from '../../document/temporary-project.ts'

const FOLDER = path.join(import.meta.dirname, '../fixtures/project')

/**
 * A project with a runbook of awkward text. Its files end in `.txt` where they are kept, so that no formatter mends what is
 * there to be awkward.
 */
export function fixtureProject(more: Record<string, string> = {}): TemporaryProject {
  return temporaryProject({ ...fixtureFiles(), 'docusaurus.config.ts': config(), ...more })
}

export function fixtureFiles(): Record<string, string> {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.txt'),
  )
  return Object.fromEntries(
    files.map((file) => [file.slice(0, -'.txt'.length), readFileSync(path.join(FOLDER, file), 'utf8')]),
  )
}

/** What docusaurus.config.ts of the repository is, for another project. */
function config(): string {
  const module = JSON.stringify(repositoryFile('src/site/config.ts'))
  return `module.exports = process.getBuiltinModule('node:module').createRequire(__filename)(${module}).siteConfig(__dirname)\n`
}
