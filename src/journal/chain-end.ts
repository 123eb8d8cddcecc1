/** Where the chain stands: the number and the hash of the last line. A new journal begins at START. */
export type ChainEnd = { seq: number; hash: string }
export const START: ChainEnd = { seq: 0, hash: '0'.repeat(64) }
