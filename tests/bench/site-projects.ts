import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { timeProgram } from './measure.ts'
import { REPOSITORY } from './project.ts'

const BUILD = path.join(REPOSITORY, 'node_modules/@docusaurus/core/bin/docusaurus.mjs')
const OBSERVE = path.join(import.meta.dirname, 'observe-memory.js')

/** A site that can be built: ours, or what Docusaurus makes of the same pages without any of our code. */
export type SiteProject = { root: string; outDir: string; remove: () => void }

/** Our site: the repository's pages, and these runbooks (file name → text) beside them. */
export function ownSite(more: Runbooks = NONE): SiteProject {
  const { write, ...project } = copyOfPages(more)
  const config = JSON.stringify(path.join(REPOSITORY, 'src/site/config.ts'))
  write(
    'docusaurus.config.ts',
    `module.exports = process.getBuiltinModule('node:module').createRequire(__filename)(${config}).siteConfig(__dirname)\n`,
  )
  return project
}

/** The same pages in Docusaurus classic, with the same bundler; our elements are plain boxes. */
export function stockSite(more: Runbooks = NONE): SiteProject {
  const { write, ...project } = copyOfPages(more)
  write('package.json', '{ "name": "stock", "private": true }\n')
  write('docusaurus.config.js', STOCK_CONFIG)
  write('src/theme/MDXComponents.js', stockComponents(project.root))
  write('src/pages/index.js', STOCK_HOME)
  return project
}

type Runbooks = ReadonlyMap<string, string>
const NONE: Runbooks = new Map()

function copyOfPages(more: Runbooks): SiteProject & { write: (file: string, text: string) => void } {
  const root = mkdtempSync(path.join(tmpdir(), 'drillbook-bench-site-'))
  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
    writeFileSync(path.join(root, file), text)
  }
  for (const folder of ['runbooks', 'scripts', 'templates', 'docs'])
    cpSync(path.join(REPOSITORY, folder), path.join(root, folder), { recursive: true, dereference: true })
  symlinkSync(path.join(REPOSITORY, 'node_modules'), path.join(root, 'node_modules'))
  for (const [file, text] of more) write(`runbooks/${file}`, text)
  return {
    root,
    write,
    outDir: path.join(root, 'build'),
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}

const STOCK_CONFIG = `const faster = { swcJsLoader: true, swcJsMinimizer: true, swcHtmlMinimizer: true, lightningCssMinimizer: true,
  mdxCrossCompilerCache: true, rspackBundler: true, ssgWorkerThreads: true, gitEagerVcs: false, rspackPersistentCache: false }
module.exports = {
  title: 'Stock', url: 'https://stock.example.com', baseUrl: '/', trailingSlash: true,
  onBrokenLinks: 'ignore', onBrokenAnchors: 'ignore', onDuplicateRoutes: 'ignore',
  markdown: { format: 'detect', hooks: { onBrokenMarkdownLinks: 'ignore', onBrokenMarkdownImages: 'ignore' } },
  future: { v4: true, experimental_vcs: false, faster },
  plugins: [
    ['@docusaurus/plugin-content-docs', { path: 'docs', routeBasePath: 'docs' }],
    ['@docusaurus/plugin-content-docs', { id: 'runbooks', path: 'runbooks', routeBasePath: 'runbooks', exclude: [] }],
    ['@docusaurus/plugin-content-pages', {}],
  ],
  themes: ['@docusaurus/theme-classic'],
  themeConfig: { navbar: { title: 'Stock', items: [{ to: '/runbooks/database-failure/', label: 'Runbooks' }] } },
}
`

/** Every element that a page of the copy names, as a plain box. */
function stockComponents(root: string): string {
  const texts = ['docs', 'runbooks'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.mdx'))
      .map((file) => readFileSync(path.join(root, folder, file), 'utf8')),
  )
  const names = new Set(
    texts.flatMap((text) => [...text.matchAll(/<([A-Z][A-Za-z]+)/g)].map(([, name]) => name)),
  )
  return `import React from 'react'
import MDXComponents from '@theme-original/MDXComponents'
const Box = ({ id, children }) => <section id={id}>{children}</section>
export default { ...MDXComponents, ${[...names].map((name) => `${name}: Box`).join(', ')} }
`
}

const STOCK_HOME = `import React from 'react'
import Layout from '@theme/Layout'
export default () => <Layout title="Home"><main><h1>Home</h1></main></Layout>
`

export type Built = { ms: number; peakBytes: number }

/** One build from nothing, as its own process: how long it took, and the most memory it ever had. */
export async function build({ root, outDir }: SiteProject): Promise<Built> {
  for (const folder of [outDir, path.join(root, '.docusaurus'), path.join(root, '.drillbook')])
    rmSync(folder, { recursive: true, force: true })
  const report = path.join(root, 'peak-memory')
  const ms = await timeProgram({
    file: process.execPath,
    words: ['--import', OBSERVE, BUILD, 'build', root, '--out-dir', outDir],
    cwd: root,
    env: { PEAK_MEMORY_FILE: report, NO_UPDATE_NOTIFIER: '1', NODE_ENV: 'production' },
  })
  return { ms, peakBytes: Number(readFileSync(report, 'utf8')) }
}
