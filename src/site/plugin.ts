import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Plugin } from '@docusaurus/types'
import { OperatorError, formatProblem } from '../model/problem.ts'
import { paperFooter } from './content/build-info.ts'
import type { BuildInfo } from './content/build-info.ts'
import { contactsPage } from './content/contacts.ts'
import { readDrills } from './content/drills.ts'
import { homeOf } from './content/home.ts'
import { refuseLeaks } from './content/leaks.ts'
import type { Audience } from './content/people.ts'
import { personName, readPlan } from './content/plan.ts'
import { journalHref, postmortemsPage, publishedJournals } from './content/postmortems.ts'
import { readAllRunbooks } from './content/runbooks.ts'
import { runbookRows, servicesPage } from './content/tables.ts'

/** What decides what a page says: when any of it changes, `npm start` builds the pages again. */
const WATCHED = ['runbooks', 'scripts', 'templates', 'docs/plan', 'docs/drills', 'docs/postmortems']

type Page = { path: string; component: string; exact: true; props: Record<string, unknown> }

/** Our theme, the pages computed from the plan, and the checks that stop a build. */
export function sitePlugin(root: string, audience: Audience, info: BuildInfo): () => Plugin {
  return () => {
    // First of all, so that every mistake is told at once, before anything is built.
    tidily(() => [readAllRunbooks(root), readPlan(root)])
    const folders = WATCHED.map((folder) => path.join(root, folder)).filter((folder) => existsSync(folder))
    return {
      name: 'drillbook-site',
      getThemePath: () => path.join(import.meta.dirname, 'theme'),
      getPathsToWatch: () => folders.map((folder) => `${folder}/**/*`),
      injectHtmlTags: () => ({ headTags: [{ tagName: 'style', innerHTML: paperFooter(info) }] }),
      contentLoaded: ({ actions }) => pages(root, audience).forEach(actions.addRoute),
      configureWebpack: () => ({ module: { rules: [watchRule(root, folders)] } }),
      postBuild: ({ outDir }) => refuseLeaks(outDir, readPlan(root).plan, audience),
    }
  }
}

/** A mistake of an author is told by its place and its message; where in our code it was noticed helps nobody. */
function tidily(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error
    const tidy = new Error(error.message)
    tidy.stack = error.message
    throw tidy
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

function pages(root: string, audience: Audience): Page[] {
  const runbooks = readAllRunbooks(root)
  const { plan, problems } = readPlan(root)
  const { drills, unreadable } = readDrills(root)
  const postmortems = postmortemsPage(root, (person) => personName(plan.contacts, person), new Date())
  for (const problem of [...problems, ...postmortems.problems])
    console.warn(`[WARNING] ${formatProblem(problem)}`)
  for (const file of unreadable) console.warn(`[WARNING] ${file}  is no drill record: it is not shown`)
  return [
    page('/', 'home', { home: homeOf(plan, runbooks) }),
    page('/runbooks/', 'runbooks', { rows: runbookRows(plan, runbooks, drills) }),
    page('/services/', 'services', { services: servicesPage(plan, runbooks, drills) }),
    page('/contacts/', 'contacts', { contacts: contactsPage(plan, audience) }),
    page('/postmortems/', 'postmortems', { postmortems: postmortems.page }),
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
