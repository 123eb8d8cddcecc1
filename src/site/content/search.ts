import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import MiniSearch from 'minisearch'
import type { Options } from 'minisearch'
import type { Plan } from '../../document/plan.ts'
import { executables } from '../../model/runbook.ts'
import type { Runbook } from '../../model/runbook.ts'
import { showPerson } from './people.ts'
import type { Audience } from './people.ts'
import { runbookHref } from './runbooks.ts'

/** Something that can be found. `href` is an address of the site; the pack gives its own. */
export type SearchDocument = {
  href: string
  kind: 'Runbook' | 'Step' | 'Alert' | 'Service' | 'Person' | 'Vendor' | 'Regulator' | 'Overview' | 'Page'
  title: string
  about: string
  /** Names by which it is known, such as alerts and ids. */
  names: string
  /** What stands on it. */
  text: string
}

/** What a search answers with, the best first. */
export type SearchHit = Pick<SearchDocument, 'href' | 'kind' | 'title' | 'about'>

type Page = { href: string; title: string; text: string }

/** Everything that can be found, without a number that this build keeps back. `pages` are those of docs/. */
export function searchDocuments(
  plan: Plan,
  runbooks: readonly Runbook[],
  audience: Audience,
  pages: readonly Page[],
): SearchDocument[] {
  return [
    ...runbooks.flatMap((runbook) => [runbookDocument(runbook, plan), ...stepDocuments(runbook)]),
    ...alertDocuments(plan, runbooks),
    ...serviceDocuments(plan),
    ...personDocuments(plan, audience),
    ...otherContacts(plan),
    ...OVERVIEWS,
    ...pages.map((page): SearchDocument => ({ ...page, kind: 'Page', about: '', names: '' })),
  ]
}

function runbookDocument(
  { id, title, summary, service, triggers, intro, nodes }: Runbook,
  plan: Plan,
): SearchDocument {
  return {
    href: runbookHref(id),
    kind: 'Runbook',
    title,
    about: summary,
    names: [id, service, plan.services[service]?.title ?? '', ...triggers.map(spelled)].join(' '),
    text: [intro, ...executables(nodes).map(({ prose }) => prose)].join('\n'),
  }
}

/** A step is found by its title; what its prose says is found with the runbook. */
function stepDocuments({ id, title, nodes }: Runbook): SearchDocument[] {
  return executables(nodes)
    .flatMap((node): { id: string; title: string }[] =>
      node.kind === 'parallel' ? [node, ...node.steps] : [node],
    )
    .map((node) => ({
      href: `${runbookHref(id)}#${node.id}`,
      kind: 'Step',
      title: node.title,
      about: title,
      names: node.id,
      text: '',
    }))
}

/** An alert that triggers a runbook is a name of that runbook: whoever types it is there at once. */
function alertDocuments(plan: Plan, runbooks: readonly Runbook[]): SearchDocument[] {
  const answered = new Set(runbooks.flatMap(({ triggers }) => triggers))
  return Object.values(plan.services).flatMap(({ alerts, title }) =>
    alerts
      .filter((alert) => !answered.has(alert))
      .map((alert) => ({
        href: `/alerts/#${alert}`,
        kind: 'Alert',
        title: alert,
        about: title,
        names: spelled(alert),
        text: '',
      })),
  )
}

function serviceDocuments({ services }: Plan): SearchDocument[] {
  return Object.entries(services).map(([id, { title, description, owner }]) => ({
    href: `/services/#${id}`,
    kind: 'Service',
    title,
    about: description,
    names: `${id} ${owner}`,
    text: '',
  }))
}

function personDocuments({ contacts }: Plan, audience: Audience): SearchDocument[] {
  return Object.entries(contacts.people).map(([id, person]) => {
    const { name, title, roles, methods } = showPerson(contacts, id, person, audience)
    return {
      href: `/contacts/#${id}`,
      kind: 'Person',
      title: name,
      about: [title, ...roles].filter((part) => part !== undefined).join(', '),
      names: id,
      text: numbers(methods),
    }
  })
}

function otherContacts({ contacts }: Plan): SearchDocument[] {
  const vendors = Object.entries(contacts.vendors).map(([id, { name, provides, supportId, methods }]) => ({
    href: `/contacts/#vendor-${id}`,
    kind: 'Vendor' as const,
    title: name,
    about: provides,
    names: `${id} vendor ${supportId ?? ''}`,
    text: numbers(methods),
  }))
  const regulators = Object.entries(contacts.regulators).map(([id, regulator]) => ({
    href: `/contacts/#regulator-${id}`,
    kind: 'Regulator' as const,
    title: regulator.name,
    about: regulator.jurisdiction,
    names: `${id} regulator`,
    text: `${numbers(regulator.methods)} ${regulator.deadlines.map(({ notice }) => notice).join(' ')}`,
  }))
  return [...vendors, ...regulators]
}

/** A number is found by its digits, with or without its signs. */
function numbers(methods: readonly { value: string }[]): string {
  return methods.map(({ value }) => (NUMBER.test(value) ? value.replaceAll(/\D/g, '') : value)).join(' ')
}

const NUMBER = /^\+?[\d\s()./-]+$/

/** The pages that are computed, by the words that people type for them. */
const OVERVIEWS = [
  overview('/', 'What is broken?', 'From an alert or a service to its runbook', 'home start'),
  overview('/runbooks/', 'Runbooks', 'All of them, the worst failures first'),
  overview(
    '/services/',
    'Services and objectives',
    'RTO and RPO of each',
    'RTO RPO promised recovery order dependencies',
  ),
  overview('/alerts/', 'Alerts', 'Which runbook each leads to'),
  overview('/drills/', 'Drills', 'What was measured', 'scoreboard RTO RPO'),
  overview('/calendar/', 'Testing calendar', 'What is done again and again', 'schedule backups reviews'),
  overview('/contacts/', 'Contacts and escalation', 'Whom to call', 'people vendors regulators numbers'),
  overview('/contacts/on-call/', 'On call', 'Who is now, and for 90 days', 'rota schedule shifts'),
  overview('/contacts/call-tree/', 'Call tree', 'Whom to call in which order, to print'),
  overview('/postmortems/', 'Post-mortems', 'What follows', 'postmortem actions trends'),
  overview('/exercises/', 'Exercises', 'What they left open', 'tabletop exercise gaps'),
  overview('/evidence/', 'Evidence', 'Which records support which control', 'audit frameworks compliance'),
  overview('/run/', 'Runs', 'What happened in a run, from its journal', 'published journals viewer'),
]

function overview(href: string, title: string, about: string, names = ''): SearchDocument {
  return { href, kind: 'Overview', title, about, names, text: '' }
}

/** `OrdersDatabaseDown Orders Database Down`: found by the whole name and by its words. */
function spelled(name: string): string {
  return `${name} ${name.replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, ' ')}`
}

const FIELDS: Options<SearchDocument & { id: number }> = {
  fields: ['title', 'names', 'about', 'text'],
  storeFields: ['href', 'kind', 'title', 'about'],
}

/** Beginnings of words and slips of the finger are found, too, but not of words that are too short to mean one
 * thing, and not of numbers: another digit is another telephone. */
const ASKING = `{
  prefix: function (term) { return term.length > 1; },
  fuzzy: function (term) { return term.length > 3 && !/^\\d+$/.test(term) ? 0.2 : false; },
  boost: { title: 4, names: 4, about: 2 },
  boostDocument: function (id, term, stored) { return weight[stored.kind]; }
}`
/** Runbooks before their steps, what is computed before what is told about it. */
const WEIGHT: Record<SearchDocument['kind'], number> = {
  Runbook: 2,
  Alert: 1.5,
  Overview: 1.5,
  Service: 1.2,
  Person: 1.2,
  Vendor: 1.2,
  Regulator: 1.2,
  Step: 1,
  Page: 1,
}

/**
 * A script that holds the library and the index and defines `drillbookSearch(query, limit)`, which answers with `SearchHit`s. It asks
 * for nothing else, so it works from `file://`, and may stand inside a page.
 */
export function searchScript(documents: readonly SearchDocument[]): string {
  const index = new MiniSearch(FIELDS)
  index.addAll(documents.map((document, id) => ({ id, ...document })))
  return `(function () {
var module = { exports: {} }, exports = module.exports;
${library()}
var index = module.exports.loadJSON(${inScript(JSON.stringify(index))}, ${inScript(FIELDS)});
var weight = ${inScript(WEIGHT)};
var asking = ${ASKING};
globalThis.drillbookSearch = function (query, limit) {
  var digits = ${NUMBER}.test(query.trim()) ? query.replace(/\\D/g, '') : '';
  var all = digits ? index.search(digits, asking) : [];
  if (all.length === 0) all = index.search(query, Object.assign({ combineWith: 'AND' }, asking));
  if (all.length === 0) all = index.search(query, asking);
  return all.slice(0, limit).map(function (hit) {
    return { href: hit.href, kind: hit.kind, title: hit.title, about: hit.about };
  });
};
})();
`
}

/** The library as one script, which its package has beside the module. */
function library(): string {
  const main = createRequire(import.meta.url).resolve('minisearch')
  const text = readFileSync(path.join(path.dirname(main), '../umd/index.js'), 'utf8')
  return text.replace(/\n\/\/# sourceMappingURL=.*/, '')
}

/** Nothing in it can end the script element that it may stand in. */
function inScript(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', String.raw`\u003c`)
}
