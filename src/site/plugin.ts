import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { ConfigureWebpackUtils, Plugin } from '@docusaurus/types'
import { formatProblem } from '../model/problem.ts'
import { paperFooter } from './content/build-info.ts'
import type { BuildInfo } from './content/build-info.ts'
import { calendarPage } from './content/calendar.ts'
import { contactFiles } from './content/contact-files.ts'
import { callTree, contactsPage, onCallPage } from './content/contacts.ts'
import { docPages } from './content/doc-pages.ts'
import { readDrills } from './content/drills.ts'
import { exercisesPage } from './content/exercises.ts'
import { evidencePage } from './content/evidence.ts'
import { homeOf } from './content/home.ts'
import { refuseLeaks } from './content/leaks.ts'
import { rotas, soon, thisMinute } from './content/on-call.ts'
import type { Audience } from './content/people.ts'
import { personName, readPlan } from './content/plan.ts'
import { journalHref, postmortemsPage, publishedJournals } from './content/postmortems.ts'
import { readProject } from './content/project.ts'
import { catalogOf, copyPublishedRuns, publishedIds, publishedRuns } from './content/runs.ts'
import { PLAYER_CSS_RULE, writeViewer } from './run-viewer/bundle.ts'
import { readAllRunbooks } from './content/runbooks.ts'
import { drillsPage } from './content/scoreboard.ts'
import { buildWorker } from './offline/build-worker.ts'
import { addPolicies } from './policy.ts'
import { searchDocuments, searchScript } from './content/search.ts'
import { runbookRows, servicesPage } from './content/tables.ts'
import { tidily } from './content/tidily.ts'

/** What decides what a page says: when any of it changes, `npm start` builds the pages again. */
const WATCHED = [
  'runbooks',
  'scripts',
  'templates',
  'docs/plan',
  'docs/drills',
  'docs/postmortems',
  'docs/exercises',
]

/** `npm start`: a page that failed to build says so once, and no longer when it is mended; a runtime error stays until it is closed. */
const DEV_SERVER = { client: { overlay: { runtimeErrors: false } } }

type Page = { path: string; component: string; exact: true; props: Record<string, unknown> }

/** Our theme, the pages computed from the plan, and the checks that stop a build. */
export function sitePlugin(root: string, audience: Audience, info: BuildInfo): () => Plugin {
  return () => {
    // First of all, so that every mistake is told at once, before anything is built.
    tidily(() => readProject(root))
    let tools: ConfigureWebpackUtils | undefined
    const folders = WATCHED.map((folder) => path.join(root, folder)).filter((folder) => existsSync(folder))
    let docs: ReturnType<typeof docPages> = []
    return {
      name: 'drillbook-site',
      getThemePath: () => path.join(import.meta.dirname, 'theme'),
      getPathsToWatch: () => folders.map((folder) => `${folder}/**/*`),
      injectHtmlTags: () => ({ headTags: [{ tagName: 'style', innerHTML: paperFooter(info) }] }),
      allContentLoaded: ({ allContent }) => {
        docs = docPages(root, allContent['docusaurus-plugin-content-docs']?.['default'])
      },
      contentLoaded: ({ actions }) => pages(root, audience, info).forEach(actions.addRoute),
      getClientModules: () => [path.join(import.meta.dirname, 'client/keep-copy.ts')],
      configureWebpack: (_config, _isServer, utils) => {
        tools = utils
        return { devServer: DEV_SERVER, module: { rules: [watchRule(root, folders), PLAYER_CSS_RULE] } }
      },
      postBuild: async ({ outDir }) => {
        copyPublishedRuns(root, outDir)
        const catalog = catalogOf(readAllRunbooks(root))
        if (tools)
          await writeViewer(tools.currentBundler.instance, path.join(outDir, 'run-viewer.html'), catalog)
        finish(root, outDir, audience, info, docs)
      },
    }
  }
}

function watchRule(root: string, folders: string[]): Record<string, unknown> {
  return {
    test: /\.mdx$/,
    include: path.join(root, 'runbooks'),
    enforce: 'pre',
    loader: path.join(import.meta.dirname, 'watch-loader.ts'),
    options: { folders },
  }
}

/** What stands beside the pages is written, then everything is looked through once more. */
function finish(
  root: string,
  outDir: string,
  audience: Audience,
  info: BuildInfo,
  docs: ReturnType<typeof docPages>,
): void {
  const { plan, locate } = readPlan(root)
  const found = searchDocuments(plan, readAllRunbooks(root), audience, docs)
  const files = [
    ...contactFiles(plan, audience, thisMinute()),
    { path: 'search.js', text: searchScript(found) },
  ]
  for (const { path: name, text } of files) {
    mkdirSync(path.dirname(path.join(outDir, name)), { recursive: true })
    writeFileSync(path.join(outDir, name), text)
  }
  refuseLeaks(outDir, plan, audience, locate)
  addPolicies(outDir)
  buildWorker(outDir, info)
}

function pages(root: string, audience: Audience, info: BuildInfo): Page[] {
  const runbooks = readAllRunbooks(root)
  const { plan } = readPlan(root)
  const { drills, unreadable } = readDrills(root)
  const now = thisMinute()
  const postmortems = postmortemsPage(root, (person) => personName(plan.contacts, person), new Date(now))
  for (const problem of postmortems.problems) console.warn(`[WARNING] ${formatProblem(problem)}`)
  const exercises = exercisesPage(root)
  for (const file of exercises.unreadable)
    console.warn(`[WARNING] ${file}  is no record of an exercise: it is not shown`)
  for (const file of unreadable) console.warn(`[WARNING] ${file}  is no drill record: it is not shown`)
  return [
    page('/', 'home', { home: homeOf(plan, runbooks, soon(rotas(plan, audience, now))) }),
    page('/runbooks/', 'runbooks', { rows: runbookRows(plan, runbooks, drills) }),
    page('/services/', 'services', { services: servicesPage(plan, runbooks, drills) }),
    page('/alerts/', 'alerts', { alerts: homeOf(plan, runbooks, []).alerts }),
    page('/drills/', 'drills', { drills: drillsPage(runbooks, drills, publishedIds(root)) }),
    page('/calendar/', 'calendar', { calendar: calendarPage(plan, drills, now) }),
    page('/contacts/', 'contacts', { contacts: contactsPage(plan, audience, now) }),
    page('/contacts/on-call/', 'on-call', { onCall: onCallPage(plan, audience, now) }),
    page('/contacts/call-tree/', 'call-tree', { tree: callTree(plan, audience, now) }),
    page('/exercises/', 'exercises', { exercises: exercises.page }),
    page('/postmortems/', 'postmortems', { postmortems: postmortems.page }),
    page('/evidence/', 'evidence', {
      evidence: evidencePage(root, plan, drills, info.commit, new Date(now)),
    }),
    page('/run/', 'run', { runs: publishedRuns(root), catalog: catalogOf(runbooks) }),
    ...publishedJournals(root).map((journal) => page(journalHref(journal.id), 'journal', { journal })),
  ]
}

function page(route: string, component: string, props: Record<string, unknown>): Page {
  return {
    path: route,
    component: path.join(import.meta.dirname, `pages/${component}.tsx`),
    exact: true,
    props,
  }
}
