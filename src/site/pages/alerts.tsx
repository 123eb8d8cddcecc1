import Link from '@docusaurus/Link'
import Layout from '@theme/Layout'
import type { ReactNode } from 'react'
import { Main } from '../components/main.tsx'
import { SeverityMark } from '../components/severity.tsx'
import { Table } from '../components/table.tsx'
import type { Lead } from '../content/home.ts'

/** Linked from an alert: `/alerts/#OrdersDatabaseDown`. */
export default function AlertsPage({ alerts }: { alerts: Lead[] }): ReactNode {
  return (
    <Layout title="Alerts" description="Which runbook each alert leads to.">
      <Main className="page">
        <h1>Alerts</h1>
        <p className="aside">
          Each alert has an address to put into its annotations: this page, <code>#</code> and its name.
        </p>
        {alerts.length === 0 ? (
          <p>The plan names no alert yet.</p>
        ) : (
          <Table head={['Alert', 'Service', 'Runbook', 'Owner']}>
            {alerts.map((alert) => (
              <tr key={alert.name} id={alert.name}>
                <th scope="row">
                  <code>{alert.name}</code>
                </th>
                <td data-name="Service">{alert.about}</td>
                <td data-name="Runbook">
                  {alert.runbooks.length === 0 && <span className="warning">▲ none yet: call the owner</span>}
                  {alert.runbooks.map((runbook) => (
                    <span key={runbook.id}>
                      <Link to={runbook.href}>{runbook.title}</Link>{' '}
                      <SeverityMark severity={runbook.severity} />
                    </span>
                  ))}
                </td>
                <td data-name="Owner">
                  {alert.owner === undefined ? 'nobody' : <Link to="/contacts/">{alert.owner}</Link>}
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Main>
    </Layout>
  )
}
