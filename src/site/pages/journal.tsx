import useBrokenLinks from '@docusaurus/useBrokenLinks'
import Layout from '@theme/Layout'
import type { ReactNode } from 'react'
import { Main } from '../components/main.tsx'
import type { JournalPage } from '../content/postmortems.ts'

/** A published journal as it is, byte for byte, each line with an address of its own. */
export default function Journal({ journal }: { journal: JournalPage }): ReactNode {
  const { id, lines } = journal
  const { collectAnchor } = useBrokenLinks()
  // The build fails when a timeline leads to a line that is not there.
  for (const { number } of lines) collectAnchor(`L${number}`)
  return (
    <Layout title={`Journal of ${id}`} description="The lines that a post-mortem cites.">
      <Main className="page">
        <h1>
          Journal of <code>{id}</code>
        </h1>
        <p>
          {lines.length} lines, as they were written. Each holds the SHA-256 of the one before it, so that a
          change anywhere is found: <code>npx drillbook postmortem verify</code>.
        </p>
        <ol className="journal">
          {lines.map(({ number, text }) => (
            <li key={number} id={`L${number}`} tabIndex={-1}>
              <code>{text}</code>
            </li>
          ))}
        </ol>
      </Main>
    </Layout>
  )
}
