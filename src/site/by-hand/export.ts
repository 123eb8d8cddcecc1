import { eventsOf } from './sheet.ts'
import type { Sheet, Subject } from './sheet.ts'

/** Hands the sheet to the person as a file of one event a line; it never leaves the browser otherwise. */
export function exportSheet(sheet: Sheet, subject: Subject): string {
  const lines = eventsOf(sheet, subject).map((event) => `${JSON.stringify(event)}\n`)
  const stamp = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')
  const name = `${subject.runbook.replaceAll('/', '-')}-${stamp}-by-hand.ndjson`
  const address = URL.createObjectURL(new Blob(lines, { type: 'application/x-ndjson' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The download has begun by then, or never will.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
  return name
}
