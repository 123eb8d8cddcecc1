import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { Project } from '../rule.ts'
import type { VirtualModule } from './modules.ts'

/** One line of the compiler. `file` is relative to the folder of the virtual modules, or else to the project. */
export type Diagnostic = {
  where: 'module' | 'project' | 'nowhere'
  file: string
  line: number
  column: number
  code: string
  text: string
}

export type Compiled = { diagnostics: Diagnostic[] } | { missing: string }

/** Next to .drillbook/check/, the modules resolve packages and scripts as the project's own files do. */
const WORK = path.join('.drillbook', 'check')

/** Type-checks all modules in one run of `tsc`; the folder it needs is removed in any case. */
export async function compile(modules: readonly VirtualModule[], project: Project): Promise<Compiled> {
  const tsc = compilerPath()
  if (tsc === undefined) return { missing: 'the package typescript is not installed' }
  mkdirSync(path.join(project.root, WORK), { recursive: true })
  const folder = mkdtempSync(path.join(project.root, WORK, `${process.pid}-`))
  try {
    for (const module of modules) writeFile(path.join(folder, module.file), module.text)
    writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify(configuration(modules, project, folder)))
    const args = [tsc, '--project', path.join(folder, 'tsconfig.json'), '--pretty', 'false']
    const ran = await project.run(process.execPath, args, { cwd: project.root })
    if (ran.missing) return { missing: `${process.execPath} cannot be started` }
    return { diagnostics: readDiagnostics(`${ran.stdout}${ran.stderr}`, path.relative(project.root, folder)) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function compilerPath(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve('typescript/package.json')
    return path.join(path.dirname(manifest), 'bin', 'tsc')
  } catch {
    // A production install leaves the compiler out.
    return undefined
  }
}

function writeFile(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** The strictness of the engine's own code; a path relative to the modules also resolves relative to the project. */
function configuration(modules: readonly VirtualModule[], { root }: Project, folder: string): object {
  const globals = path.join(root, 'scripts', 'globals.d.ts')
  return {
    compilerOptions: {
      target: 'es2024',
      lib: ['es2024', 'esnext.disposable'],
      module: 'nodenext',
      types: ['node'],
      typeRoots: [path.join(root, 'node_modules', '@types')],
      rootDirs: [root, folder],
      noEmit: true,
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      erasableSyntaxOnly: true,
      verbatimModuleSyntax: true,
      allowImportingTsExtensions: true,
      resolveJsonModule: true,
      skipLibCheck: true,
    },
    files: [...modules.map(({ file }) => file), ...(existsSync(globals) ? [globals] : [])],
  }
}

const PLACED = /^(.+?)\((\d+),(\d+)\): error (TS\d+): (.*)$/
const UNPLACED = /^error (TS\d+): (.*)$/

/** `file(line,column): error TS2322: text`, with further lines indented. */
export function readDiagnostics(output: string, folder: string): Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  for (const line of output.split('\n')) {
    const placed = PLACED.exec(line)
    const unplaced = placed ? null : UNPLACED.exec(line)
    const last = diagnostics.at(-1)
    if (placed) {
      const [, file = '', row, column, code = '', text = ''] = placed
      diagnostics.push({ ...located(file, folder), line: Number(row), column: Number(column), code, text })
    } else if (unplaced) {
      const [, code = '', text = ''] = unplaced
      diagnostics.push({ where: 'nowhere', file: '', line: 1, column: 1, code, text })
    } else if (last && line.startsWith(' ')) last.text = `${last.text.replace(/\.$/, '')}: ${line.trim()}`
  }
  return diagnostics
}

function located(file: string, folder: string): Pick<Diagnostic, 'where' | 'file'> {
  const inside = path.relative(folder, file)
  if (!inside.startsWith('..')) return { where: 'module', file: inside.split(path.sep).join('/') }
  return { where: 'project', file: file.split(path.sep).join('/') }
}
