import { readFileSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const OPTIONS = {
  jsc: {
    target: 'es2024',
    parser: { syntax: 'typescript', tsx: true },
    transform: { react: { runtime: 'automatic' } },
  },
  module: { type: 'es6' },
} as const

type Bundler = {
  experiments: { swc: { transformSync: (source: string, options: typeof OPTIONS) => { code: string } } }
}

/** The part of the bundler that is used; its own types do not compile under our rules. */
const bundler = z.object({ rspack: z.custom<Bundler>((value) => typeof value === 'function') })

/** Node runs TypeScript but not `.tsx`; the site's own bundler translates the views, so that the pack renders the same ones. */
export function loadViews(): void {
  const { rspack } = bundler.parse(createRequire(import.meta.url)('@docusaurus/faster'))
  const { transformSync } = rspack.experiments.swc
  registerHooks({
    load(url, context, nextLoad) {
      if (!url.endsWith('.tsx')) return nextLoad(url, context)
      const source = readFileSync(fileURLToPath(url), 'utf8')
      const { code } = transformSync(source, OPTIONS)
      return { format: 'module', source: code, shortCircuit: true }
    },
  })
}
