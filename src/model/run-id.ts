/** `20261121-010203-456-database-failure-8fb6`: sorts by time to the millisecond, and names the runbook. */
export function runIdOf(startedMs: number, runbook: string, suffix: string): string {
  const stamp = new Date(startedMs).toISOString().replace(/[-:Z]/g, '').replace(/[T.]/g, '-')
  return `${stamp}-${runbook.replaceAll('/', '-')}-${suffix}`
}
