/** The beginning of the reason when a fence reads an output that no step has produced; a rehearsal then cannot judge the fence. */
export const MISSING_OUTPUT = 'no step has produced the output'
