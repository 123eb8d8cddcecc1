/** Below these folders a seal names every file that a run left, and the recordings of its terminal: nothing else, nothing elsewhere. */
const SEALED =
  /^(?:(?:output|inform|sources|approvals)(?:\/(?!\.{1,2}(?:\/|$))[^/\\\p{Cc}]+)+|terminal(?:-\d+)?\.cast)$/u

/** Journals come from anywhere: no name in a seal may lead out of the folder of its run. */
export function isSealable(name: string): boolean {
  return SEALED.test(name)
}
