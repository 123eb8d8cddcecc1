/** Below these folders a seal names every file that a run left, and the recordings of its terminal: nothing else, nothing elsewhere. */
const SEALED =
  /^(?:(?:output|inform|sources|approvals)(?:\/(?!\.{1,2}(?:\/|$))[^/\\\p{Cc}]+)+|terminal(?:-\d+)?\.cast)$/u

/** Once a run is sealed, its seal names whatever lies here. */
const COVERED = /^(?:(?:output|inform|sources|approvals)(?:\/|$)|[^/]+\.cast$)/

/** Journals come from anywhere: no name in a seal may lead out of the folder of its run. */
export function isSealable(name: string): boolean {
  return SEALED.test(name)
}

/** Of the files of a sealed run, those that its seal would have to name, and does not. */
export function unsealed(names: readonly string[], files: Readonly<Record<string, string>>): string[] {
  return names.filter((name) => COVERED.test(name) && !Object.hasOwn(files, name))
}

export const UNSEALED = 'is not named by the seal: it was added after the run was sealed'
