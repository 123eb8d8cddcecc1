import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** An inline script of a built page. Code that a page shows cannot look like one: its `<` is written as an entity. */
const INLINE = /<script(?![^>]*\ssrc=)[^>]*>(?<code>[^]*?)<\/script>/g
const HEAD = /<head[^>]*>/

/**
 * Says in every built page what its browser may load: files of this site, and the inline scripts that the page was built with, by
 * their hashes. Nothing of another origin, no plug-in, no form that leaves, no other base address.
 */
export function addPolicies(outDir: string): void {
  for (const entry of readdirSync(outDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.html')) continue
    const file = path.join(entry.parentPath, entry.name)
    const html = readFileSync(file, 'utf8')
    // A page that is a file of its own brings a stricter one.
    if (html.includes('http-equiv="Content-Security-Policy"')) continue
    const replays = path.relative(outDir, file) === path.join('run', 'index.html')
    const meta = `<meta http-equiv=Content-Security-Policy content="${policyOf(html, replays)}">`
    if (!HEAD.test(html)) throw new Error(`${file} has no head: it cannot say what it may load`)
    writeFileSync(
      file,
      html.replace(HEAD, (head) => head + meta),
    )
  }
}

/** Styles may be inline: they run nothing, and the page that ticks off what is down is made of one. */
function policyOf(html: string, replays: boolean): string {
  const hashes = [...html.matchAll(INLINE)].map(({ groups }) => `'sha256-${sha256(groups?.['code'] ?? '')}'`)
  return [
    `default-src 'none'`,
    // The player of recorded terminals is WebAssembly.
    ['script-src', `'self'`, ...(replays ? [`'wasm-unsafe-eval'`] : []), ...new Set(hashes)].join(' '),
    `style-src 'self' 'unsafe-inline'`,
    `img-src 'self' data:`,
    `connect-src 'self'`,
    `worker-src 'self'`,
    `base-uri 'none'`,
    `form-action 'self'`,
  ].join('; ')
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
