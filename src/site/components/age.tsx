import useDocusaurusContext from '@docusaurus/useDocusaurusContext'
import { useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'

const DAY_MS = 86_400_000
const LOOK_MS = 60_000

export type Build = { builtAt: string; commit: string; validUntil: string; audience: string }

/** What this copy of the pages is, and how old in days; undefined before a browser has looked at its clock. */
export function useBuild(): Build & { age: number | undefined; isStale: boolean } {
  const { customFields } = useDocusaurusContext().siteConfig
  const field = (name: string): string => {
    const value = customFields?.[name]
    return typeof value === 'string' ? value : ''
  }
  const validUntil = field('validUntil')
  const builtAt = field('builtAt')
  const today = useToday()
  return {
    builtAt,
    validUntil,
    commit: field('commit'),
    audience: field('audience'),
    age: today === undefined ? undefined : daysBetween(builtAt.slice(0, 10), today),
    isStale: today !== undefined && validUntil < today,
  }
}

/** Above everything else, on every page that is past its limit. */
export function Stale(): ReactNode {
  const { age, isStale, validUntil } = useBuild()
  if (!isStale) return null
  return (
    <p className="kept kept-stale" role="alert">
      <strong>
        ▲ This copy is {age} days old and past its limit, {validUntil}: check it against the repository before
        you act on it.
      </strong>
    </p>
  )
}

/** A page cannot know how old it will be when it is read; one that stays open grows old before its reader's eyes. */
function useToday(): string | undefined {
  return useSyncExternalStore(
    (changed) => {
      const timer = setInterval(changed, LOOK_MS)
      document.addEventListener('visibilitychange', changed)
      return () => {
        clearInterval(timer)
        document.removeEventListener('visibilitychange', changed)
      }
    },
    () => new Date().toISOString().slice(0, 10),
    () => undefined,
  )
}

function daysBetween(from: string, to: string): number {
  return Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS))
}
