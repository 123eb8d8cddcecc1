import Link from '@docusaurus/Link'
import Layout from '@theme/Layout'
import type { ReactNode } from 'react'
import { ExerciseBanner, OpenGaps } from '../components/exercise.tsx'
import { Main } from '../components/main.tsx'
import type { ExercisesPage } from '../content/exercises.ts'

export default function Exercises({ exercises }: { exercises: ExercisesPage }): ReactNode {
  const { rows, gaps } = exercises
  return (
    <Layout title="Exercises" description="Tabletop exercises, and what they left open.">
      <Main className="page">
        <h1>Exercises</h1>
        <ExerciseBanner />
        <p>
          <code>npm run tabletop &lt;id&gt;</code> is the facilitator&rsquo;s console. Any runbook can be
          walked the same way.
        </p>
        {rows.length === 0 ? <p>There are none yet.</p> : <Table rows={rows} />}
        {gaps.length > 0 && <OpenGaps gaps={gaps} />}
      </Main>
    </Layout>
  )
}

function Table({ rows }: { rows: ExercisesPage['rows'] }): ReactNode {
  return (
    <table className="stacking">
      <thead>
        <tr>
          {['Exercise', 'Injects', 'Critical tasks', 'Last played'].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ id, href, title, summary, injects, tasks, played }) => (
          <tr key={id}>
            <th scope="row">
              <Link to={href}>{title}</Link>
              <p className="aside">{summary}</p>
            </th>
            <td data-name="Injects">{injects}</td>
            <td data-name="Critical tasks">{tasks}</td>
            <td data-name="Last played">{played}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
