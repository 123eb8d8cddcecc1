import { createHash } from 'node:crypto'
import type { ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import type { BuildInfo } from '../content/build-info.ts'
import { CONTACTS, EVERYTHING, INDEX, QUICK_REFERENCE, upFrom } from './places.ts'

export type Document = {
  place: string
  title: string
  body: ReactNode
  /** Said at the top and on every sheet of a page that not everyone may see. */
  secret?: string
}

/** One file that needs nothing else: no script, no font, no picture, no style sheet but its own. */
export function documentOf(
  { place, title, body, secret }: Document,
  info: BuildInfo,
  audience: string,
  css: string,
): string {
  const policy = `default-src 'none'; img-src data:; style-src 'sha256-${sha256(css)}'; base-uri 'none'; form-action 'none'`
  const page = (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta httpEquiv="Content-Security-Policy" content={policy} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{`${title} · Drillbook emergency pack`}</title>
        <style dangerouslySetInnerHTML={{ __html: css }} />
      </head>
      <body>
        <a className="skip" href="#main">
          Skip to the content
        </a>
        <Bar up={upFrom(place)} />
        <Validity info={info} audience={audience} />
        <main id="main" tabIndex={-1}>
          {secret !== undefined && <p className="secret">◆ {secret}</p>}
          <h1>{title}</h1>
          {body}
        </main>
        <footer className="foot">
          <p>
            Built {info.builtAt} from <code>{info.commit}</code>, valid until {info.validUntil}.
          </p>
          <p>The runner executes exactly what these pages show: both are read from the same files.</p>
        </footer>
      </body>
    </html>
  )
  return `<!doctype html>${renderToStaticMarkup(page)}\n`
}

function Bar({ up }: { up: string }): ReactNode {
  const places = [
    [INDEX, 'What is broken?'],
    [QUICK_REFERENCE, 'Quick reference'],
    [CONTACTS, 'Contacts'],
    [EVERYTHING, 'Everything on one page'],
  ]
  return (
    <header className="bar">
      <span className="brand">Drillbook</span>
      <nav aria-label="Pack">
        {places.map(([to, label]) => (
          <a key={to} href={`${up}${to}`}>
            {label}
          </a>
        ))}
      </nav>
    </header>
  )
}

/** A page without script cannot know how old it is when it is read, so it says until when it may be believed. */
function Validity({ info, audience }: { info: BuildInfo; audience: string }): ReactNode {
  return (
    <section className="validity" aria-label="Validity of this copy">
      <p>
        <strong>▲ Valid until {info.validUntil}.</strong> After that day, compare it with the repository
        before you believe it.
      </p>
      <p>
        Emergency pack, built {info.builtAt} from <code>{info.commit}</code>, for {audience} readers.
      </p>
    </section>
  )
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
