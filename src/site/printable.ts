import { printable as shown } from '../model/printable.ts'

/** What a program printed, to be read on a page: its colours and movements of the cursor are left out, the rest is shown, not obeyed. */
export function printable(text: string): string {
  return shown(text.replaceAll(SEQUENCE, ''))
}

const SEQUENCE = new RegExp(`${String.fromCodePoint(27)}\\[[0-?]*[ -/]*[@-~]`, 'gu')
