import { rmSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import { repositoryFile } from '../../document/temporary-project.ts'

export type Built = { failed: boolean; output: string }

/** `docusaurus build`, away from the folders that people use: the repository's own `build` and `.docusaurus` stay as they are. */
export async function buildSite(
  root: string,
  outDir: string,
  env: Record<string, string> = {},
): Promise<Built> {
  const generated = `.drillbook/site-test-${process.pid}`
  const bin = repositoryFile('node_modules/@docusaurus/core/bin/docusaurus.mjs')
  try {
    const { failed, all } = await execa(process.execPath, [bin, 'build', root, '--out-dir', outDir], {
      cwd: repositoryFile(),
      all: true,
      reject: false,
      env: {
        ...env,
        DOCUSAURUS_GENERATED_FILES_DIR_NAME: generated,
        NO_UPDATE_NOTIFIER: '1',
        FORCE_COLOR: '0',
      },
    })
    return { failed, output: all }
  } finally {
    rmSync(path.join(root, generated), { recursive: true, force: true })
  }
}
