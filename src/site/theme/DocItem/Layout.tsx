import { useDoc } from '@docusaurus/plugin-content-docs/client'
import DocItemContent from '@theme/DocItem/Content'
import type { Props } from '@theme/DocItem/Layout'
import type { ReactNode } from 'react'
import { Contents } from '../../components/contents.tsx'
import { ExerciseBanner } from '../../components/exercise.tsx'
import { Main } from '../../components/main.tsx'

/** The text first, for readers and keyboards, with its contents beside it: the steps of a runbook on the left, the headings of a document on the right. */
export default function DocItemLayout({ children }: Props): ReactNode {
  const { toc, metadata } = useDoc()
  const runbook = metadata.permalink.startsWith('/runbooks/')
  const items = runbook ? toc : toc.filter(({ level }) => level <= 3)
  const heading = runbook ? 'Steps' : 'On this page'
  return (
    <div className={`reading ${runbook ? 'reading-runbook' : 'reading-doc'}`}>
      <Main className="reading-text">
        {metadata.permalink.startsWith('/docs/exercises/') && <ExerciseBanner />}
        <DocItemContent>{children}</DocItemContent>
      </Main>
      {items.length > 0 && (
        <>
          <nav className="contents wide-only" aria-label={heading}>
            <p className="contents-title">{heading}</p>
            <Contents toc={items} follow />
          </nav>
          <details className="contents-fold narrow-only">
            <summary>{heading}</summary>
            <Contents toc={items} />
          </details>
        </>
      )}
    </div>
  )
}
