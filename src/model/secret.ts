/** A value shorter than this cannot be a secret: hiding it would hide ordinary text everywhere. */
export const MIN_SECRET_LENGTH = 4

/** Where the value of a secret input is read from when nobody can be asked: `databasePassword` → `DRILLBOOK_INPUT_DATABASE_PASSWORD`. */
export function secretVariable(input: string): string {
  return `DRILLBOOK_INPUT_${input.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()}`
}
