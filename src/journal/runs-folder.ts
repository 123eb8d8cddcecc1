import path from 'node:path'

/** `DRILLBOOK_RUNS`, or `runs` in the project. Empty is as good as unset: it would be the project's own folder. */
export function runsFolder(root: string, environment: NodeJS.ProcessEnv): string {
  const named = environment['DRILLBOOK_RUNS'] ?? ''
  return path.resolve(root, named === '' ? 'runs' : named)
}
