import Link from '@docusaurus/Link'
import Layout from '@theme/Layout'
import type { ReactNode } from 'react'
import { Main } from '../components/main.tsx'
import type { Home, Lead, RunbookLink } from '../content/home.ts'
import { OnCallNow } from '../components/on-call.tsx'
import { SeverityMark } from '../components/severity.tsx'

/** One question, and every answer to it on one page: nothing has to be typed or opened to get to a runbook. */
export default function HomePage({ home }: { home: Home }): ReactNode {
  return (
    <Layout
      title="What is broken?"
      description="Leads from an alert or a service to the runbook that recovers it."
    >
      <Main className="page home">
        <h1>What is broken?</h1>
        <section aria-labelledby="by-alert">
          <h2 id="by-alert">An alert is firing</h2>
          <Leads leads={home.alerts} code empty="No alert leads to a runbook yet." />
        </section>
        <section aria-labelledby="by-service">
          <h2 id="by-service">A service is down</h2>
          <p className="aside">In the order in which services are recovered: what others need comes first.</p>
          <Leads leads={home.services} empty="The plan has no services yet." />
        </section>
        {home.onCall.length > 0 && (
          <section aria-labelledby="on-call">
            <h2 id="on-call">Who is on call</h2>
            <OnCallNow rotas={home.onCall} />
            <p className="aside">
              <Link to="/contacts/on-call/">The next 90 days</Link> ·{' '}
              <Link to="/contacts/">Everyone else, and what is left when something is down</Link>
            </p>
          </section>
        )}
        <section aria-labelledby="by-runbook">
          <h2 id="by-runbook">All runbooks</h2>
          {home.runbooks.length === 0 && <p>There are no runbooks yet.</p>}
          <ul className="leads">
            {home.runbooks.map((runbook) => (
              <li key={runbook.id} className="lead">
                <RunbookAnchor runbook={runbook} />
                <p className="aside">{runbook.summary}</p>
              </li>
            ))}
          </ul>
        </section>
      </Main>
    </Layout>
  )
}

function Leads({ leads, code = false, empty }: { leads: Lead[]; code?: boolean; empty: string }): ReactNode {
  if (leads.length === 0) return <p>{empty}</p>
  return (
    <ul className="leads">
      {leads.map((lead) => (
        <li key={lead.name} className="lead lead-row">
          <div>
            <p className="lead-name">{code ? <code>{lead.name}</code> : lead.name}</p>
            <p className="aside">{lead.about}</p>
          </div>
          <div>
            {lead.runbooks.map((runbook) => (
              <RunbookAnchor key={runbook.id} runbook={runbook} />
            ))}
            {lead.runbooks.length === 0 && (
              <p className="no-runbook">
                ▲ No runbook. {lead.owner !== undefined && <Link to="/contacts/">Call: {lead.owner}</Link>}
              </p>
            )}
          </div>
        </li>
      ))}
    </ul>
  )
}

function RunbookAnchor({ runbook }: { runbook: RunbookLink }): ReactNode {
  return (
    <p className="runbook-anchor">
      <Link to={runbook.href}>{runbook.title}</Link> <SeverityMark severity={runbook.severity} />
    </p>
  )
}
