import Link from '@docusaurus/Link'
import Layout from '@theme/Layout'
import type { ReactNode } from 'react'
import { Main } from '../components/main.tsx'
import { EstimateText, MeasuredTime } from '../components/figures.tsx'
import { SeverityMark } from '../components/severity.tsx'
import type { RunbookRow } from '../content/tables.ts'
import { planned } from '../../steps/view-words.ts'

export default function RunbooksPage({ rows }: { rows: RunbookRow[] }): ReactNode {
  return (
    <Layout title="Runbooks" description="Every runbook, the worst failures first.">
      <Main className="page">
        <h1>Runbooks</h1>
        {rows.length === 0 ? <p>There are none yet.</p> : <Table rows={rows} />}
      </Main>
    </Layout>
  )
}

function Table({ rows }: { rows: RunbookRow[] }): ReactNode {
  return (
    <table className="stacking">
      <thead>
        <tr>
          {['Runbook', 'Service', 'Severity', 'Estimate', 'RTO objective', 'RTO measured', 'Triggers'].map(
            (name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ),
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">
              <Link to={row.href}>{row.title}</Link>
              <p className="aside">{row.summary}</p>
            </th>
            <td data-name="Service">{row.service}</td>
            <td data-name="Severity">
              <SeverityMark severity={row.severity} />
            </td>
            <td data-name="Estimate">
              <EstimateText estimate={row.estimate} />
            </td>
            <td data-name="RTO objective">
              {row.objective === undefined ? 'none' : planned(row.objective.rtoMs)}
            </td>
            <td data-name="RTO measured">
              <MeasuredTime ms={row.measured?.rtoMs} />
            </td>
            <td data-name="Triggers">
              {row.triggers.length === 0 && 'none'}
              {row.triggers.map((trigger) => (
                <code key={trigger}>{trigger}</code>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
