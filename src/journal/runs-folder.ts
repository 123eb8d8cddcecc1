import path from 'node:path'

/** `DRILLBOOK_RUNS`, or `runs` in the project. Empty is as good as unset: it would be the project's own folder. */
export function runsFolder(root: string, environment: NodeJS.ProcessEnv): string {
  const named = environment['DRILLBOOK_RUNS'] ?? ''
  return path.resolve(root, named === '' ? 'runs' : named)
}

/** What helps where the folder of runs cannot be written. A run is found by its folder alone, wherever that is. */
export const OTHER_RUNS_FOLDER =
  'Free space there, or set DRILLBOOK_RUNS to a folder on another disk; a run that is to go on there: copy its folder into it first.'
