import path from 'node:path'

/** `DRILLBOOK_RUNS`, or `runs` in the project. */
export function runsFolder(root: string, environment: NodeJS.ProcessEnv): string {
  return path.resolve(root, environment['DRILLBOOK_RUNS'] ?? 'runs')
}
