import useDocusaurusContext from '@docusaurus/useDocusaurusContext'
import { useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'

const DAY_MS = 86_400_000

/** What this copy of the pages is, and until when it may be trusted. */
export default function Footer(): ReactNode {
  const { customFields } = useDocusaurusContext().siteConfig
  const field = (name: string): string => {
    const value = customFields?.[name]
    return typeof value === 'string' ? value : ''
  }
  const today = useToday()
  const validUntil = field('validUntil')
  const age = today === undefined ? undefined : daysBetween(field('builtAt').slice(0, 10), today)
  return (
    <footer className="foot">
      {today !== undefined && validUntil < today && (
        <p className="stale" role="alert">
          ▲ This copy is {age} days old and past its limit: check it against the repository.
        </p>
      )}
      <p>
        Built {field('builtAt')} from <code>{field('commit')}</code>
        {age !== undefined && ` (${age === 0 ? 'today' : `${age} days ago`})`} · valid until {validUntil} ·{' '}
        {field('audience')} build
      </p>
      <p>The runner executes exactly what these pages show: both are read from the same files.</p>
    </footer>
  )
}

/** Known in the browser only: a page cannot know how old it will be when it is read. */
function useToday(): string | undefined {
  return useSyncExternalStore(
    () => () => undefined,
    () => new Date().toISOString().slice(0, 10),
    () => undefined,
  )
}

function daysBetween(from: string, to: string): number {
  return Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS))
}
