import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ConfigureWebpackUtils } from '@docusaurus/types'
import type { Catalog } from './story.ts'

type Bundler = ConfigureWebpackUtils['currentBundler']['instance']

/** What Infima does for the pages of the site. */
const RESET = '*, ::before, ::after { box-sizing: border-box }\nbody { margin: 0 }\n'
const CSS = ['palette', 'base', 'layout', 'runbook', 'at-work', 'pages', 'print']

/** The player's stylesheet as text, wherever the viewer is bundled. */
export const PLAYER_CSS_RULE = {
  test: /player-css\.ts$/,
  enforce: 'pre',
  loader: path.join(import.meta.dirname, 'player-css-loader.ts'),
} as const

/** The viewer as one HTML file that needs no other, for a machine that has a browser and nothing else. */
export async function writeViewer(bundler: Bundler, file: string, catalog: Catalog): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'drillbook-viewer-'))
  try {
    await bundle(bundler, folder)
    const script = readFileSync(path.join(folder, 'viewer.js'), 'utf8')
    const css = CSS.map((name) => readFileSync(path.join(import.meta.dirname, `../css/${name}.css`), 'utf8'))
    writeFileSync(file, htmlOf(RESET + css.join('\n'), script, catalog))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function bundle(bundler: Bundler, folder: string): Promise<void> {
  const compiler = bundler({
    mode: 'production',
    target: 'web',
    devtool: false,
    performance: false,
    entry: path.join(import.meta.dirname, 'standalone.tsx'),
    output: { path: folder, filename: 'viewer.js' },
    module: {
      rules: [
        { test: /\.tsx?$/, loader: 'builtin:swc-loader', options: SWC, type: 'javascript/auto' },
        PLAYER_CSS_RULE,
      ],
    },
    plugins: [new bundler.optimize.LimitChunkCountPlugin({ maxChunks: 1 })],
  })
  await new Promise<void>((resolve, reject) =>
    compiler.run((error, stats) => {
      if (error) reject(error)
      else if (stats?.hasErrors() === true) reject(new Error(stats.toString('errors-only')))
      else compiler.close(() => resolve())
    }),
  )
}

const SWC = {
  jsc: {
    parser: { syntax: 'typescript', tsx: true },
    transform: { react: { runtime: 'automatic' } },
    target: 'es2022',
  },
}

/** Nothing may be asked of any server: the policy says so to the browser. The player is WebAssembly, and a data address. */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'unsafe-inline'; img-src data:; font-src data:; connect-src data: blob:"

function htmlOf(css: string, script: string, catalog: Catalog): string {
  return `<!doctype html>
<html lang="en" data-has-hydrated="true">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>Drillbook run viewer</title>
<style>${css}</style>
</head>
<body>
<main id="main" class="page" tabindex="-1">
<h1>Runs</h1>
<p>What happened in a run, from the journal that it left. This file needs no server and sends nothing anywhere.</p>
<div id="viewer"><noscript>Opening a run takes a script. In a terminal: npx drillbook show, npx drillbook verify.</noscript></div>
</main>
<script>window.drillbookCatalog = ${JSON.stringify(catalog).replaceAll('<', '\\u003c')}</script>
<script>${script.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')}</script>
</body>
</html>
`
}
