import type { ReactNode } from 'react'
import { planned } from '../../steps/view-words.ts'
import { Policies } from '../components/escalation.tsx'
import { OnCallSchedule } from '../components/on-call.tsx'
import { Methods } from '../components/reach.tsx'
import { SeverityMark } from '../components/severity.tsx'
import { WhenDown } from '../components/what-is-down.tsx'
import type { ContactsPage, OnCallPage } from '../content/contacts.ts'
import type { Lead, RunbookLink } from '../content/home.ts'
import type { ServiceRow } from '../content/tables.ts'
import type { PackContent, PrivatePerson } from './content.ts'
import { CONTACTS, runbookPlace } from './places.ts'

/** What is broken, and the runbook that recovers it. */
export function IndexBody({ content: { home } }: { content: PackContent }): ReactNode {
  return (
    <>
      <Leads title="By alert" leads={home.alerts} />
      <Leads title="By service" leads={home.services} />
      <h2>All runbooks</h2>
      <ul>
        {home.runbooks.map((runbook) => (
          <li key={runbook.id}>
            <RunbookAnchor runbook={runbook} /> {runbook.summary}
          </li>
        ))}
      </ul>
    </>
  )
}

function Leads({ title, leads }: { title: string; leads: Lead[] }): ReactNode {
  return (
    <>
      <h2>{title}</h2>
      <dl className="leads">
        {leads.map(({ name, about, owner, runbooks }) => (
          <div key={name} className="lead">
            <dt>
              {name} <span className="aside">{about}</span>
            </dt>
            <dd>
              {runbooks.map((runbook) => (
                <RunbookAnchor key={runbook.id} runbook={runbook} />
              ))}
              {runbooks.length === 0 && (
                <span className="warning">▲ No runbook: call {owner ?? 'the incident commander'}</span>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </>
  )
}

function RunbookAnchor({ runbook: { id, title, severity } }: { runbook: RunbookLink }): ReactNode {
  return (
    <span className="anchor">
      <SeverityMark severity={severity} /> <a href={runbookPlace(id)}>{title}</a>
    </span>
  )
}

/** One sheet to pin up: in which order services return, what is promised, who is called first, which notice is due when. */
export function QuickReferenceBody({ content }: { content: PackContent }): ReactNode {
  const { services, contacts } = content
  return (
    <>
      <h2>The first five minutes</h2>
      <ol>
        <li>
          Say that it is an incident, and write down the time: <span className="blank" />
        </li>
        <li>
          Name one incident commander: <span className="blank" />
        </li>
        <li>
          Open the runbook of the alert or of the service (the page <em>What is broken?</em>), and work
          through it from the top. Tick, and write down times.
        </li>
        <li>Call by the escalation below; when nobody answers in the time given there, call the next.</li>
        <li>Stop everything that acts on its own: deployments, scheduled jobs, automatic failover.</li>
      </ol>
      <h2>Services, the first to be recovered first</h2>
      <ServiceTable rows={services.rows} />
      <Policies policies={contacts.policies} contacts={CONTACTS} />
      <Deadlines contacts={contacts} />
    </>
  )
}

function ServiceTable({ rows }: { rows: ServiceRow[] }): ReactNode {
  return (
    <div className="table-frame">
      <table>
        <thead>
          <tr>
            {['Service', 'Tier', 'RTO', 'RPO', 'Needs', 'Runbooks'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, title, tier, objective, dependsOn, runbooks }) => (
            <tr key={id}>
              <th scope="row">{title}</th>
              <td>{tier}</td>
              <td>{planned(objective.rtoMs)}</td>
              <td>{planned(objective.rpoMs)}</td>
              <td>{dependsOn.map((needed) => needed.title).join(', ') || 'nothing'}</td>
              <td>
                {runbooks.length === 0 && 'none'}
                {runbooks.map((runbook) => (
                  <RunbookAnchor key={runbook.id} runbook={runbook} />
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export function ContactsBody({
  contacts,
  onCall,
  withPrivate,
}: {
  contacts: ContactsPage
  onCall: OnCallPage
  withPrivate: string
}): ReactNode {
  const { people, vendors, policies, canBeDown } = contacts
  return (
    <>
      <h2>People</h2>
      <div className="people">
        {people.map(({ id, name, title, roles, methods, withheld, backup, timeZone }) => (
          <section key={id} id={id} className="person">
            <h3>{name}</h3>
            <p className="aside">{[title, roles.join(', '), timeZone].filter(Boolean).join(' · ')}</p>
            <Methods methods={methods} />
            {withheld > 0 && (
              <p className="aside">
                {withheld} ways to reach them: {withPrivate}
              </p>
            )}
            {backup !== undefined && <p>Stands in: {backup}</p>}
          </section>
        ))}
      </div>
      <Policies policies={policies} />
      {onCall.schedules.map((schedule) => (
        <OnCallSchedule key={schedule.id} schedule={schedule} computedAt={onCall.computedAt} />
      ))}
      {vendors.length > 0 && <h2>Vendors</h2>}
      <div className="people">
        {vendors.map(({ id, name, provides, supportId, contract, sla, methods }) => (
          <section key={id} className="person">
            <h3>{name}</h3>
            <p className="aside">{provides}</p>
            <p>
              Support id: {supportId ?? 'none'}. {[contract, sla].filter(Boolean).join(', ')}
            </p>
            <Methods methods={methods} />
          </section>
        ))}
      </div>
      <Deadlines contacts={contacts} />
      <WhenDown canBeDown={canBeDown} />
    </>
  )
}

function Deadlines({ contacts: { regulators } }: { contacts: ContactsPage }): ReactNode {
  if (regulators.length === 0) return null
  return (
    <>
      <h2>Notices that are due</h2>
      {regulators.map(({ id, name, jurisdiction, deadlines, methods }) => (
        <section key={id} className="person">
          <h3>{name}</h3>
          <p className="aside">{jurisdiction}</p>
          <Methods methods={methods} />
          <ul>
            {deadlines.map(({ notice, withinMs, from, source, asOf }) => (
              <li key={notice}>
                <strong>{planned(withinMs)}</strong> from {from}: {notice}{' '}
                <span className="aside">
                  ({source}, read on {asOf})
                </span>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  )
}

export function PrivateBody({ people }: { people: PrivatePerson[] }): ReactNode {
  return (
    <div className="people">
      {people.map(({ name, title, roles, methods }) => (
        <section key={name} className="person">
          <h2>{name}</h2>
          <p className="aside">{[title, roles.join(', ')].filter(Boolean).join(' · ')}</p>
          <Methods methods={methods} />
        </section>
      ))}
    </div>
  )
}
