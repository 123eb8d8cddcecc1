import Layout from '@theme/Layout'
import { Suspense, lazy, useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'
import { Main } from '../components/main.tsx'
import { MeasuredTime } from '../components/figures.tsx'
import { Table } from '../components/table.tsx'
import type { PublishedRun } from '../content/runs.ts'
import type { Catalog } from '../run-viewer/story.ts'

const RunViewer = lazy(() => import('../run-viewer/run-viewer.tsx'))

/** Runs: those that are published here, and any other from a folder of the reader's machine. */
export default function RunPage({ catalog, runs }: { catalog: Catalog; runs: PublishedRun[] }): ReactNode {
  const ready = useSyncExternalStore(
    () => () => undefined,
    () => true,
    () => false,
  )
  const published = Object.fromEntries(runs.map(({ id, files }) => [id, files]))
  return (
    <Layout title="Runs" description="Shows what happened in a run, from its journal.">
      <Main className="page">
        <h1>Runs</h1>
        <p>
          What happened in a run, from the journal that it left: each step against its estimate, people
          against machines, what was printed, the recorded terminal, and whether all of it is still as it was
          written.
        </p>
        {ready && (
          <Suspense fallback={<p>Loading …</p>}>
            <RunViewer catalog={catalog} published={published} />
          </Suspense>
        )}
        <noscript>
          <p>
            Opening a run takes a script. In a terminal: <code>npx drillbook show &lt;run&gt;</code> and{' '}
            <code>npx drillbook verify &lt;run&gt;</code>.
          </p>
        </noscript>
        <section aria-labelledby="published">
          <h2 id="published">Published runs</h2>
          {runs.length === 0 ? (
            <p>
              None yet: <code>npx drillbook publish &lt;run&gt;</code>
            </p>
          ) : (
            <PublishedTable runs={runs} />
          )}
        </section>
        <p className="aside">
          <a href="/run-viewer.html" download>
            This viewer as one file
          </a>{' '}
          shows a run on a machine that has nothing but a browser.
        </p>
      </Main>
    </Layout>
  )
}

function PublishedTable({ runs }: { runs: PublishedRun[] }): ReactNode {
  return (
    <Table head={['Run', 'Runbook', 'Result', 'RTO', 'Journal']}>
      {runs.map(({ id, title, environment, startedAt, result, rtoMs }) => (
        <tr key={id}>
          <th scope="row">
            {/* A plain link: the page reads its address when it is loaded. */}
            <a href={`/run/?run=${id}`}>{startedAt.slice(0, 16).replace('T', ' ')}</a>
          </th>
          <td data-name="Runbook">
            {title} <span className="aside">in {environment}</span>
          </td>
          <td data-name="Result">{result}</td>
          <td data-name="RTO">
            <MeasuredTime ms={rtoMs} />
          </td>
          <td data-name="Journal">
            <a href={`/run/published/${id}/journal.ndjson`}>journal.ndjson</a>
          </td>
        </tr>
      ))}
    </Table>
  )
}
