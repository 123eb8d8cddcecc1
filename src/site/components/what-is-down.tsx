import type { ReactNode } from 'react'

const WORDS: Record<string, string> = {
  'our-infra': 'our own systems',
  idp: 'the identity provider (SSO)',
  chat: 'chat',
  internet: 'the internet',
}

/**
 * Tick what is down, and every way to reach someone that needs it goes. One style sheet does it, so that it works without
 * script; `data-needs` of a method names what it needs.
 */
export function WhatIsDown({ canBeDown }: { canBeDown: string[] }): ReactNode {
  if (canBeDown.length === 0) return null
  const rules = canBeDown.map(
    (what) => `body:has(#${domId(what)}:checked) [data-needs~="${what}"]{display:none}`,
  )
  return (
    <fieldset className="what-is-down">
      <legend>Who can be reached when this is down?</legend>
      {/* The page's minifier rewrites the sheet, so what the server sent differs from this text. */}
      <style suppressHydrationWarning>{`@media screen{${rules.join('')}}`}</style>
      {canBeDown.map((what) => (
        <label key={what} htmlFor={domId(what)}>
          <input type="checkbox" id={domId(what)} /> {WORDS[what] ?? what.replace('carrier:', '')}
        </label>
      ))}
    </fieldset>
  )
}

/** A colon would have to be escaped in the style sheet. */
function domId(what: string): string {
  return `down-${what.replace(':', '-')}`
}
