import type { z } from 'zod'

const TIMEOUT_MS = 3000

/** One request to a part of the lab, its answer parsed. Rejects when there is none, or not the expected one. */
export async function getJson<T>(
  url: string,
  schema: z.ZodType<T>,
  options: { method?: string; signal?: AbortSignal; timeoutMs?: number; anyStatus?: boolean } = {},
): Promise<T> {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS)
  const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal])
  const response = await fetch(url, { method: options.method ?? 'GET', signal })
  const body: unknown = await response.json()
  if (!response.ok && options.anyStatus !== true)
    throw new Error(`${url} answered ${response.status}: ${JSON.stringify(body)}`)
  return schema.parse(body)
}
