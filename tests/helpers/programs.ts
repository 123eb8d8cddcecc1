import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Project } from './project.ts'

/** Runs node with these arguments in the project, to its end. */
export async function runProgramOf(
  project: Project,
  args: readonly string[],
  env: Record<string, string>,
): Promise<void> {
  const { NODE_OPTIONS: _options, ...rest } = project.environment(env)
  const child = spawn(process.execPath, args, { cwd: project.root, env: rest, stdio: 'ignore' })
  await once(child, 'exit')
}
