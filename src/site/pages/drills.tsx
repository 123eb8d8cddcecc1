import Link from '@docusaurus/Link'
import Layout from '@theme/Layout'
import type { ReactNode } from 'react'
import { MeasuredTime } from '../components/figures.tsx'
import { Main } from '../components/main.tsx'
import { Table } from '../components/table.tsx'
import type { DrillRow, DrillsPage as Content, Score } from '../content/scoreboard.ts'
import { measured, planned } from '../../steps/view-words.ts'

export default function DrillsPage({ drills }: { drills: Content }): ReactNode {
  const { scores, rows, never } = drills
  return (
    <Layout
      title="Drills"
      description="Every drill that was published, the failed ones too, and what they measured."
    >
      <Main className="page">
        <h1>Drills</h1>
        <p>
          Every drill that was published, the failed ones too. What was not measured says so. How the clocks
          run is in the <Link to="/docs/">guide</Link>; what is planned is in the{' '}
          <Link to="/calendar/">testing calendar</Link>.
        </p>
        <h2 id="scoreboard">Scoreboard</h2>
        {scores.length === 0 ? <p>No drill is published yet.</p> : <Scoreboard scores={scores} />}
        {never.length > 0 && (
          <p className="warning">
            ▲ Never drilled:{' '}
            {never.map(({ title, href }, position) => (
              <span key={href}>
                {position > 0 && ', '}
                <Link to={href}>{title}</Link>
              </span>
            ))}
          </p>
        )}
        {rows.length > 0 && (
          <>
            <h2 id="all">All drills</h2>
            <Rows rows={rows} />
          </>
        )}
      </Main>
    </Layout>
  )
}

function Scoreboard({ scores }: { scores: Score[] }): ReactNode {
  return (
    <Table
      head={['Runbook', 'In', 'Drills', 'Passed', 'RTO: median', 'RTO: least to most', 'Lost writes', 'Last']}
    >
      {scores.map((score) => (
        <tr key={`${score.runbook} ${score.environment}`}>
          <th scope="row">
            <Runbook title={score.title} href={score.href} />
          </th>
          <td data-name="In">{score.environment}</td>
          <td data-name="Drills">{score.drills}</td>
          <td data-name="Passed">
            {score.passed} of {score.drills}
            {score.failed > 0 && <p className="warning">▲ {score.failed} failed</p>}
          </td>
          <td data-name="RTO: median">
            <MeasuredTime ms={score.rto?.median} />
          </td>
          <td data-name="RTO: least to most">
            {score.rto
              ? `${measured(score.rto.least)} to ${measured(score.rto.most)}, n = ${score.rto.n}`
              : '—'}
          </td>
          <td data-name="Lost writes">
            {score.counted === 0 ? (
              <span className="not-measured">not measured</span>
            ) : (
              `in ${score.lossy} of ${score.counted}`
            )}
          </td>
          <td data-name="Last">
            {score.last}
            {score.changedSince && <p className="warning">▲ runbook changed since</p>}
          </td>
        </tr>
      ))}
    </Table>
  )
}

function Rows({ rows }: { rows: DrillRow[] }): ReactNode {
  return (
    <Table head={['Drill', 'Fault', 'Verdict', 'RTO', 'RPO', 'Human and machine', 'By']}>
      {rows.map((row) => (
        <tr key={row.run}>
          <th scope="row">
            {row.runHref === undefined ? row.at : <Link to={row.runHref}>{row.at}</Link>}
            <p className="aside">
              <Runbook title={row.title} href={row.href} /> in {row.environment}
            </p>
          </th>
          <td data-name="Fault">{row.fault}</td>
          <td data-name="Verdict">
            <Verdict verdict={row.verdict} />
          </td>
          <td data-name="RTO">
            <MeasuredTime ms={row.rtoMs} />
            {row.rtoObjectiveMs !== null && <p className="aside">objective {planned(row.rtoObjectiveMs)}</p>}
          </td>
          <td data-name="RPO">
            <MeasuredTime ms={row.rpoMs} />
            {row.lost !== null && <p className="aside">{row.lost} acknowledged writes lost</p>}
          </td>
          <td data-name="Human and machine">
            {row.humanMs === null || row.machineMs === null ? (
              <span className="not-measured">not measured</span>
            ) : (
              `${measured(row.humanMs)} and ${measured(row.machineMs)}`
            )}
          </td>
          <td data-name="By">{row.operator}</td>
        </tr>
      ))}
    </Table>
  )
}

function Verdict({ verdict }: { verdict: DrillRow['verdict'] }): ReactNode {
  if (verdict === 'failed') return <strong className="warning">▲ failed</strong>
  return verdict === 'passed' ? <>✓ passed</> : <span className="not-measured">not measured</span>
}

function Runbook({ title, href }: { title: string; href: string | undefined }): ReactNode {
  return href === undefined ? <>{title} (no longer there)</> : <Link to={href}>{title}</Link>
}
