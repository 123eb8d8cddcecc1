/** Where things stand in a pack. Links between them are relative: the folder may be anywhere, also on a USB stick. */

export const INDEX = 'index.html'
export const QUICK_REFERENCE = 'quick-reference.html'
export const CONTACTS = 'contacts.html'
export const EVERYTHING = 'everything.html'
export const PRIVATE = 'private-contacts.html'

/** `backup/take` → `runbooks/backup/take.html` */
export function runbookPlace(id: string): string {
  return `runbooks/${id}.html`
}

/** `runbooks/backup/take.html` → `../../`: the way from a page back to the folder of the pack. */
export function upFrom(place: string): string {
  return '../'.repeat(place.split('/').length - 1)
}
