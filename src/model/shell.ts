/** Names what a job started, in every process it started, so that all of it can be found and ended. */
export const JOB_VARIABLE = 'DRILLBOOK_JOB'

/** `orders-db.primary` → `ORDERS_DB_PRIMARY`, `dataDirectory` → `DATA_DIRECTORY`: the part of a variable that names a thing. */
export function shName(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]/g, '_')
    .toUpperCase()
}

/** A text as one word of a POSIX shell, whatever it holds but NUL: nothing inside single quotes means anything. */
export function shQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
