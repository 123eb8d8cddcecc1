import { useHistory } from '@docusaurus/router'
import { useEffect, useId, useRef, useState } from 'react'
import type { KeyboardEvent, ReactNode, RefObject } from 'react'
import type { SearchHit } from '../content/search.ts'
import { loadSearch } from './search-script.ts'

const LIMIT = 10

/** What was found for which words; `problem` when the search itself is not there. */
type Found = { hits: SearchHit[]; problem?: string }

/**
 * Finds runbooks, steps, alerts, services, contacts and pages. Library and index are loaded when somebody turns to the field. Without
 * script it is not shown: the bar leads to the table of all runbooks.
 */
export function Search(): ReactNode {
  const [query, setQuery] = useState('')
  const [active, setActive] = useState(0)
  const found = useFound(query)
  const input = useSlash()
  const history = useHistory()
  const list = useId()
  const hits = found?.hits ?? []
  const open = (hit: SearchHit | undefined): void => {
    if (!hit) return
    setQuery('')
    history.push(hit.href)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const move = { ArrowDown: 1, ArrowUp: hits.length - 1 }[event.key]
    if (event.key === 'Escape') setQuery('')
    else if (move !== undefined && hits.length > 0) setActive((active + move) % hits.length)
    else return
    event.preventDefault()
  }
  return (
    <form
      className="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault()
        open(hits[active])
      }}
      onBlur={() => setQuery('')}
    >
      <input
        ref={input}
        type="search"
        role="combobox"
        aria-label="Search"
        aria-autocomplete="list"
        aria-expanded={hits.length > 0}
        aria-controls={list}
        aria-activedescendant={hits[active] ? `${list}${active}` : undefined}
        aria-keyshortcuts="/"
        autoComplete="off"
        placeholder="Search"
        value={query}
        onFocus={() => void loadSearch().catch(() => undefined)}
        onChange={({ currentTarget }) => {
          setActive(0)
          setQuery(currentTarget.value)
        }}
        onKeyDown={onKeyDown}
      />
      <Hits id={list} hits={hits} active={active} open={open} />
      <output className={found && hits.length === 0 ? 'search-none' : 'unseen'}>
        {found?.problem ?? (found && (hits.length === 0 ? 'Nothing found.' : `${hits.length} found`))}
      </output>
    </form>
  )
}

type HitsProps = { id: string; hits: readonly SearchHit[]; active: number; open: (hit: SearchHit) => void }

/** The field keeps the focus and hears the keys; a pointer may choose as well. */
function Hits({ id, hits, active, open }: HitsProps): ReactNode {
  return (
    <ul id={id} role="listbox" aria-label="Found" className="search-hits" hidden={hits.length === 0}>
      {hits.map((hit, position) => (
        <li
          key={hit.href}
          id={`${id}${position}`}
          role="option"
          aria-selected={position === active}
          onMouseDown={(event) => {
            event.preventDefault()
            open(hit)
          }}
        >
          <span className="search-kind">{hit.kind}</span> <strong>{hit.title}</strong>{' '}
          <span className="aside">{hit.about}</span>
        </li>
      ))}
    </ul>
  )
}

/** The answer to the words that stand in the field now, never to those before. */
function useFound(query: string): Found | undefined {
  const [found, setFound] = useState<Found & { query: string }>()
  useEffect(() => {
    if (query.trim() === '') return
    loadSearch().then(
      (search) => setFound({ query, hits: search(query, LIMIT) }),
      (error: unknown) =>
        setFound({ query, hits: [], problem: error instanceof Error ? error.message : String(error) }),
    )
  }, [query])
  return found?.query === query && query.trim() !== '' ? found : undefined
}

/** `/` leads to the field from anywhere but a field. */
function useSlash(): RefObject<HTMLInputElement | null> {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      const { target } = event
      const isTyping = target instanceof Element && target.closest('input, textarea, select') !== null
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping) return
      event.preventDefault()
      input.current?.focus()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  return input
}
