import type { TocItem } from '../remark/toc.ts'
import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'

const NOTHING: readonly TocItem[] = []

/** The contents of a page as a flat list; `follow` marks the place where the reader is. */
export function Contents({ toc, follow = false }: { toc: readonly TocItem[]; follow?: boolean }): ReactNode {
  const here = useReadingPlace(follow ? toc : NOTHING)
  return (
    <ol className="contents-list">
      {toc.map(({ id, value, level }) => (
        <li key={id} data-level={level}>
          {/* Docusaurus gives headings as HTML: inline code and the like stay what they are. */}
          <a
            href={`#${id}`}
            className={id === here ? 'contents-link contents-here' : 'contents-link'}
            aria-current={id === here ? 'location' : undefined}
            dangerouslySetInnerHTML={{ __html: value }}
          />
        </li>
      ))}
    </ol>
  )
}

/** The id of the last heading above the middle of the window. */
function useReadingPlace(toc: readonly TocItem[]): string | undefined {
  const [here, setHere] = useState<string>()
  useEffect(() => {
    if (toc.length === 0) return undefined
    const look = (): void => {
      const above = toc.filter(({ id }) => {
        const top = document.getElementById(id)?.getBoundingClientRect().top
        return top !== undefined && top < window.innerHeight / 2
      })
      setHere(above.at(-1)?.id)
    }
    const frame = requestAnimationFrame(look)
    window.addEventListener('scroll', look, { passive: true })
    return () => {
      cancelAnimationFrame(frame)
      window.removeEventListener('scroll', look)
    }
  }, [toc])
  return here
}
