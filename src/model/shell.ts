/** Names what a job started, in every process it started, so that all of it can be found and ended. */
export const JOB_VARIABLE = 'DRILLBOOK_JOB'

/** `orders-db.primary` → `ORDERS_DB_PRIMARY`, `dataDirectory` → `DATA_DIRECTORY`: the part of a variable that names a thing. */
export function shName(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]/g, '_')
    .toUpperCase()
}

/** What is wrong with a name beside others: a shell would have the value of one under both names. */
export function shClash(
  kind: 'INPUT' | 'OUTPUT' | 'TARGET',
  name: string,
  others: readonly string[],
): string | undefined {
  const other = others.find((one) => one !== name && shName(one) === shName(name))
  if (other === undefined) return undefined
  return `"${other}" and "${name}" are one variable in a shell, ${kind}_${shName(name)}: rename one of them`
}

/** A text as one word of a POSIX shell, whatever it holds but NUL: nothing inside single quotes means anything. */
export function shQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
