import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const REPOSITORY = path.resolve(import.meta.dirname, '..', '..')

export type TemporaryProject = Disposable & {
  root: string
  write: (file: string, text: string) => void
}

/** A folder with these files; packages resolve as in the repository. Removed when it goes out of scope. */
export function temporaryProject(files: Record<string, string>): TemporaryProject {
  const root = mkdtempSync(path.join(tmpdir(), 'drillbook-'))
  const write = (file: string, text: string): void => {
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true })
    writeFileSync(path.join(root, file), text)
  }
  for (const [file, text] of Object.entries(files)) write(file, text)
  symlinkSync(path.join(REPOSITORY, 'node_modules'), path.join(root, 'node_modules'))
  return { root, write, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) }
}

/** The place in the repository that a test reads. */
export function repositoryFile(...parts: string[]): string {
  return path.join(REPOSITORY, ...parts)
}
