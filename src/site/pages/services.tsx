import Link from '@docusaurus/Link'
import useBrokenLinks from '@docusaurus/useBrokenLinks'
import Layout from '@theme/Layout'
import type { ReactNode } from 'react'
import { DependencyDiagram } from '../components/dependency-diagram.tsx'
import { Main } from '../components/main.tsx'
import { MeasuredTime } from '../components/figures.tsx'
import type { ServiceRow, ServicesPage as Content } from '../content/tables.ts'
import { planned } from '../../steps/view-words.ts'

export default function ServicesPage({ services }: { services: Content }): ReactNode {
  return (
    <Layout
      title="Services and objectives"
      description="What is promised for each service, and in which order it returns."
    >
      <Main className="page">
        <h1>Services and objectives</h1>
        <RecoveryOrder services={services} />
        <DependencyDiagram diagram={services.diagram} />
        <h2>Objectives</h2>
        <table className="stacking">
          <thead>
            <tr>
              {['Service', 'Tier', 'Owner', 'RTO', 'RPO', 'Measured RTO', 'Depends on', 'Runbooks'].map(
                (name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {services.rows.map((row) => (
              <Row key={row.id} row={row} />
            ))}
          </tbody>
        </table>
      </Main>
    </Layout>
  )
}

function RecoveryOrder({ services: { waves, circular } }: { services: Content }): ReactNode {
  return (
    <>
      <h2>Recovery order</h2>
      <p>Computed from what each service depends on: nothing is started before what it needs.</p>
      <ol className="waves">
        {waves.map((wave, position) => (
          <li key={position}>
            {wave.map(({ id, title }) => (
              <a key={id} href={`#${id}`}>
                {title}
              </a>
            ))}
          </li>
        ))}
      </ol>
      {circular.length > 0 && (
        <p className="warning">
          ▲ These depend on each other in a circle, so no order is right: {circular.join(', ')}.
        </p>
      )}
    </>
  )
}

function Row({ row }: { row: ServiceRow }): ReactNode {
  useBrokenLinks().collectAnchor(row.id)
  const { objective } = row
  return (
    <tr id={row.id}>
      <th scope="row">
        {row.title}
        <p className="aside">{row.description}</p>
      </th>
      <td data-name="Tier">{row.tier}</td>
      <td data-name="Owner">{row.owner}</td>
      <td data-name="RTO">
        {planned(objective.rtoMs)}
        <p className="aside">
          approved by {objective.approvedBy}, {objective.approvedAt}
        </p>
      </td>
      <td data-name="RPO">{planned(objective.rpoMs)}</td>
      <td data-name="Measured RTO">
        <Measurements runbooks={row.runbooks} />
      </td>
      <td data-name="Depends on">
        {row.dependsOn.length === 0 && 'nothing'}
        {row.dependsOn.map(({ id, title }) => (
          <a key={id} href={`#${id}`}>
            {title}
          </a>
        ))}
      </td>
      <td data-name="Runbooks">
        {row.runbooks.length === 0 && <span className="warning">▲ none</span>}
        {row.runbooks.map((runbook) => (
          <Link key={runbook.id} to={runbook.href}>
            {runbook.title}
          </Link>
        ))}
      </td>
    </tr>
  )
}

/** One figure for each runbook that was drilled. */
function Measurements({ runbooks }: { runbooks: ServiceRow['runbooks'] }): ReactNode {
  const drilled = runbooks.filter((runbook) => runbook.measured !== undefined)
  if (drilled.length === 0) return <MeasuredTime ms={undefined} />
  return drilled.map((runbook) => (
    <p key={runbook.id}>
      <MeasuredTime ms={runbook.measured?.rtoMs} /> <span className="aside">by {runbook.title}</span>
    </p>
  ))
}
