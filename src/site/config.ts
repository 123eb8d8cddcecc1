import path from 'node:path'
import type { Config } from '@docusaurus/types'
import type { Options as DocsOptions } from '@docusaurus/plugin-content-docs'
import type { Options as ThemeOptions } from '@docusaurus/theme-classic'
import { buildInfo } from './content/build-info.ts'
import { audienceOf } from './content/people.ts'
import type { Audience } from './content/people.ts'
import { runbookFrontMatter } from './content/runbook-front-matter.ts'
import { docsSidebar } from './docs-sidebar.ts'
import { pageTemplate } from './page-template.ts'
import { sitePlugin } from './plugin.ts'
import { journalLinks } from './remark/journal-links.ts'
import { colourCode } from './remark/prose.ts'
import { exercisePage } from './remark/exercise-page.ts'
import { runbookPage } from './remark/runbook-page.ts'

const CSS = ['palette', 'base', 'layout', 'runbook', 'at-work', 'pages', 'reports', 'exercise', 'print']

/** A tick box in the colour of the theme; inline, so that no page asks for a file that is not there. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='3' fill='%230b5d66'/%3E%3Cpath d='M4 8.5l2.6 2.7L12 5.2' fill='none' stroke='white' stroke-width='2'/%3E%3C/svg%3E"

/** The site of the project in `root`. A test builds the site of another project by calling this with its folder. */
export function siteConfig(root: string): Config {
  const audience = audienceOf(process.env)
  const info = buildInfo(root, new Date())
  return {
    title: 'Drillbook',
    tagline: 'Disaster-recovery runbooks that are read, run, drilled and proven from one source.',
    url: 'https://drillbook.example.com',
    baseUrl: '/',
    trailingSlash: true,
    noIndex: true,
    // An inline script and inline styles, for a mistake that a test would find.
    baseUrlIssueBanner: false,
    staticDirectories: [],
    titleDelimiter: '·',
    onBrokenLinks: 'throw',
    onBrokenAnchors: 'throw',
    onDuplicateRoutes: 'throw',
    ssrTemplate: pageTemplate,
    headTags: [
      { tagName: 'link', attributes: { rel: 'icon', href: ICON } },
      { tagName: 'meta', attributes: { name: 'color-scheme', content: 'light dark' } },
    ],
    future: {
      v4: true,
      experimental_vcs: false,
      // Not the cache on disk: it does not know of scripts, templates and plan files, and would show what no longer runs.
      faster: { ...ALL_FASTER, rspackPersistentCache: false },
    },
    markdown: {
      format: 'detect',
      // A page prints what was written: `:tada:` in a log is no picture.
      emoji: false,
      hooks: { onBrokenMarkdownLinks: 'throw', onBrokenMarkdownImages: 'throw' },
      parseFrontMatter: runbookFrontMatter(root),
    },
    customFields: { ...info, audience },
    plugins: [
      ['@docusaurus/plugin-content-docs', docs(root)],
      ['@docusaurus/plugin-content-docs', runbooks(root, audience)],
    ],
    themes: [
      ['@docusaurus/theme-classic', { customCss: CSS.map(cssFile) } satisfies ThemeOptions],
      sitePlugin(root, audience, info),
    ],
    themeConfig: {
      colorMode: { respectPrefersColorScheme: true, disableSwitch: true },
      tableOfContents: { minHeadingLevel: 2, maxHeadingLevel: 3 },
    },
  }
}

const ALL_FASTER = {
  swcJsLoader: true,
  swcJsMinimizer: true,
  swcHtmlMinimizer: true,
  lightningCssMinimizer: true,
  mdxCrossCompilerCache: true,
  rspackBundler: true,
  ssgWorkerThreads: true,
  gitEagerVcs: false,
}

function cssFile(name: string): string {
  return path.join(import.meta.dirname, `css/${name}.css`)
}

function docs(root: string): DocsOptions {
  const notes = process.env['DRILLBOOK_FACILITATOR'] === '1'
  return {
    path: 'docs',
    routeBasePath: 'docs',
    sidebarItemsGenerator: docsSidebar,
    sidebarCollapsible: false,
    // What a published run left is shown by the run viewer; the runbook among it is not this page.
    exclude: ['drills/*/**'],
    breadcrumbs: false,
    beforeDefaultRemarkPlugins: [[exercisePage, { root, notes }], () => journalLinks],
    remarkPlugins: [() => colourCode],
  }
}

function runbooks(root: string, audience: Audience): DocsOptions & { id: string } {
  return {
    id: 'runbooks',
    path: 'runbooks',
    routeBasePath: 'runbooks',
    include: ['**/*.mdx'],
    // Every file of the folder is a runbook: nothing the runner can run is left off the site.
    exclude: [],
    sidebarPath: false,
    breadcrumbs: false,
    numberPrefixParser: false,
    beforeDefaultRemarkPlugins: [[runbookPage, { root, audience }]],
  }
}
