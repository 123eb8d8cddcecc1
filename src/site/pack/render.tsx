import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { paperFooter } from '../content/build-info.ts'
import type { PackContent, PackRunbook } from './content.ts'
import { documentOf } from './document.tsx'
import type { Document } from './document.tsx'
import { ContactsBody, IndexBody, PrivateBody, QuickReferenceBody } from './pages.tsx'
import { CONTACTS, EVERYTHING, INDEX, PRIVATE, QUICK_REFERENCE, runbookPlace, upFrom } from './places.ts'
import { RunbookBody } from './runbook.tsx'

/** The site's own sheets where its views are shown, and the pack's for the rest. */
const SHEETS = ['../css/palette.css', '../css/runbook.css', '../css/print.css', 'pack.css']

/** Every page of a pack: its place, its bytes. */
export type Rendered = { place: string; html: string }

export function renderPack(content: PackContent): Rendered[] {
  const withPrivate = content.audience === 'public' ? 'not in a public pack' : `see ${PRIVATE}`
  const contacts = (
    <ContactsBody contacts={content.contacts} onCall={content.onCall} withPrivate={withPrivate} />
  )
  const pages: Document[] = [
    { place: INDEX, title: 'What is broken?', body: <IndexBody content={content} /> },
    { place: QUICK_REFERENCE, title: 'Quick reference', body: <QuickReferenceBody content={content} /> },
    { place: CONTACTS, title: 'Contacts and escalation', body: contacts },
    ...content.runbooks.map((shown) => runbookDocument(shown, content)),
    {
      place: EVERYTHING,
      title: 'Everything on one page',
      body: <EverythingBody content={content} contacts={contacts} />,
    },
  ]
  return rendered(pages, content)
}

/** The page that only some may see; undefined when there is nothing to keep back. */
export function renderPrivate(content: PackContent): Rendered | undefined {
  if (content.privatePeople.length === 0) return undefined
  const secret = 'Private numbers: not to be copied, shown or left lying about.'
  const body = <PrivateBody people={content.privatePeople} />
  return rendered([{ place: PRIVATE, title: 'Private contacts', secret, body }], content)[0]
}

function rendered(pages: Document[], { info, audience }: PackContent): Rendered[] {
  const css = `${SHEETS.map(sheet).join('')}${paperFooter(info)}`
  return pages.map((page) => ({ place: page.place, html: documentOf(page, info, audience, css) }))
}

function sheet(name: string): string {
  const text = readFileSync(path.join(import.meta.dirname, name), 'utf8')
  return text.replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/\s+/g, ' ')
}

function runbookDocument(shown: PackRunbook, { runbooks }: PackContent): Document {
  const { id, title } = shown.runbook
  const place = runbookPlace(id)
  const known = new Set(runbooks.map(({ runbook }) => runbook.id))
  return { place, title, body: <RunbookBody shown={shown} up={upFrom(place)} known={known} /> }
}

/** All of it in one file, for a printer or a phone; the ids of each part are made its own. */
function EverythingBody({ content, contacts }: { content: PackContent; contacts: ReactNode }): ReactNode {
  const known = new Set(content.runbooks.map(({ runbook }) => runbook.id))
  const parts = [
    { id: 'quick-reference', title: 'Quick reference', body: <QuickReferenceBody content={content} /> },
    { id: 'contacts', title: 'Contacts and escalation', body: contacts },
    ...content.runbooks.map((shown) => ({
      id: `runbook-${shown.runbook.id}`,
      title: shown.runbook.title,
      body: <RunbookBody shown={shown} up="" known={known} />,
    })),
  ]
  return (
    <>
      <nav aria-label="Parts">
        <ol>
          {parts.map(({ id, title }) => (
            <li key={id}>
              <a href={`#${id}`}>{title}</a>
            </li>
          ))}
        </ol>
      </nav>
      {parts.map(({ id, title, body }) => (
        <article key={id} className="part">
          <h1 id={id}>{title}</h1>
          <div dangerouslySetInnerHTML={{ __html: withOwnIds(renderToStaticMarkup(body), id) }} />
        </article>
      ))}
    </>
  )
}

/** Only attributes are touched: in text, React writes a quotation mark as an entity. */
function withOwnIds(html: string, part: string): string {
  return html
    .replaceAll(/ (id="|href="#)([^"]*)"/g, ` $1${part}.$2"`)
    .replaceAll(`href="${CONTACTS}#`, 'href="#contacts.')
    .replaceAll(/ href="runbooks\/([^"#]+)\.html"/g, ' href="#runbook-$1"')
    .replaceAll(/ href="runbooks\/([^"#]+)\.html#/g, ' href="#runbook-$1.')
}
