import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import lighthouse from 'lighthouse'

/** A port that nobody listens on, for the browser that Lighthouse talks to. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Lighthouse's accessibility score of each address is 100. The browser listens for its tools on `port`. */
export async function assertLighthouse(port: number, urls: readonly string[]): Promise<void> {
  for (const url of urls) {
    const result = await lighthouse(url, { port, onlyCategories: ['accessibility'], logLevel: 'error' })
    assert.ok(result, url)
    const { categories, audits } = result.lhr
    const failed = Object.values(audits).filter(({ score }) => score !== null && score < 1)
    assert.equal(
      categories['accessibility']?.score,
      1,
      `${url}: ${failed.map(({ title }) => title).join('; ')}`,
    )
  }
}
