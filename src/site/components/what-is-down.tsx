import type { ReactNode } from 'react'
import type { ContactsPage, ListedPerson } from '../content/contacts.ts'
import { Methods } from './reach.tsx'

const WORDS: Record<string, string> = {
  'our-infra': 'our own systems',
  idp: 'the identity provider (SSO)',
  chat: 'chat',
  internet: 'the internet',
}

function wordOf(what: string): string {
  return WORDS[what] ?? what.replace('carrier:', '')
}

/**
 * Tick what is down, and every way to reach someone that needs it goes. One style sheet does it, so that it works without
 * script; `data-needs` of a method names what it needs. Whoever cannot be reached at all any more is said to be so.
 */
export function WhatIsDown({
  canBeDown,
  people,
}: {
  canBeDown: ContactsPage['canBeDown']
  people: readonly ListedPerson[]
}): ReactNode {
  if (canBeDown.length === 0) return null
  const gone = canBeDown.map(({ what }) => `${whenDown([what])} [data-needs~="${what}"]{display:none}`)
  const lost = people.flatMap(({ id, lostWhen }) =>
    lostWhen.map((set) => `${whenDown(set)} [data-lost="${id}"]{display:block}`),
  )
  return (
    <fieldset className="what-is-down">
      <legend>Who can be reached when this is down?</legend>
      {/* The page's minifier rewrites the sheet, so what the server sent differs from this text. */}
      <style
        suppressHydrationWarning
      >{`[data-lost]{display:none}@media screen{${[...gone, ...lost].join('')}}`}</style>
      {canBeDown.map(({ what }) => (
        <label key={what} htmlFor={domId(what)}>
          <input type="checkbox" id={domId(what)} /> {wordOf(what)}
        </label>
      ))}
    </fieldset>
  )
}

/** Paper cannot be ticked: one section for each thing that can be down, with the ways that are left. */
export function WhenDown({ canBeDown }: { canBeDown: ContactsPage['canBeDown'] }): ReactNode {
  return (
    <>
      {canBeDown.map(({ what, left }) => (
        <section key={what} className="when-down">
          <h2>When {wordOf(what)} is down</h2>
          <table>
            <tbody>
              {left.map(({ id, name, methods }) => (
                <tr key={id}>
                  <th scope="row">{name}</th>
                  <td>{methods.length === 0 ? '▲ cannot be reached' : <Methods methods={methods} />}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ))}
    </>
  )
}

function whenDown(set: readonly string[]): string {
  return `body${set.map((what) => `:has(#${domId(what)}:checked)`).join('')}`
}

/** A colon would have to be escaped in the style sheet. */
function domId(what: string): string {
  return `down-${what.replace(':', '-')}`
}
