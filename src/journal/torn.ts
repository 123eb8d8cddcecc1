import { appendFileSync, readFileSync, truncateSync } from 'node:fs'

/** The bytes are kept beside the journal before they leave it; a crash in between costs nothing. */
export function setTornLineAside(file: string, validBytes: number): void {
  const torn = readFileSync(file).subarray(validBytes)
  appendFileSync(`${file}.torn`, Buffer.concat([torn, Buffer.from('\n')]), { mode: 0o600, flush: true })
  truncateSync(file, validBytes)
}
