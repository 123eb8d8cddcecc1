import Link from '@docusaurus/Link'
import useBrokenLinks from '@docusaurus/useBrokenLinks'
import Layout from '@theme/Layout'
import type { ReactNode } from 'react'
import { Main } from '../components/main.tsx'
import { Methods } from '../components/reach.tsx'
import { OnCallNow } from '../components/on-call.tsx'
import { QrCode } from '../components/qr-code.tsx'
import { Policies } from '../components/escalation.tsx'
import { WhatIsDown, WhenDown } from '../components/what-is-down.tsx'
import type {
  ContactsPage as Content,
  ListedPerson,
  ShownRegulator,
  ShownVendor,
  Verified,
} from '../content/contacts.ts'
import { planned } from '../../steps/view-words.ts'

export default function ContactsPage({ contacts }: { contacts: Content }): ReactNode {
  const { people, vendors, regulators, policies, canBeDown, audience, onCall } = contacts
  return (
    <Layout
      title="Contacts and escalation"
      description="Who to call, in which order, and how when something is down."
    >
      <Main className="page">
        <h1>Contacts and escalation</h1>
        <WhatIsDown canBeDown={canBeDown} people={people} />
        {onCall.length > 0 && <h2>On call</h2>}
        <OnCallNow rotas={onCall} />
        <p className="aside">
          As computed on {contacts.computedAt} UTC. <Link to="/contacts/on-call/">The next 90 days</Link> ·{' '}
          <Link to="/contacts/call-tree/">Call tree to print</Link>
        </p>
        <h2>People</h2>
        {people.length === 0 && <p>The plan names nobody yet.</p>}
        {people.length > 0 && <People people={people} audience={audience} />}
        <Policies policies={policies} />
        <Vendors vendors={vendors} />
        <Regulators regulators={regulators} />
        <div className="paper-only">
          <WhenDown canBeDown={canBeDown} />
        </div>
      </Main>
    </Layout>
  )
}

function People({ people, audience }: { people: ListedPerson[]; audience: string }): ReactNode {
  return (
    <table className="stacking">
      <thead>
        <tr>
          {['Name', 'Roles', 'Reach', 'Verified', 'Stands in', 'To a telephone'].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {people.map((person) => (
          <PersonRow key={person.id} person={person} audience={audience} />
        ))}
      </tbody>
    </table>
  )
}

function PersonRow({ person, audience }: { person: ListedPerson; audience: string }): ReactNode {
  useBrokenLinks().collectAnchor(person.id)
  return (
    <tr id={person.id}>
      <th scope="row">
        {person.name}
        <p className="aside">{person.title}</p>
        <p className="aside">
          {person.timeZone}
          {person.languages.length > 0 && `, speaks ${person.languages.join(', ')}`}
        </p>
      </th>
      <td data-name="Roles">{person.roles.join(', ')}</td>
      <td data-name="Reach">
        <Methods methods={person.methods} />
        <p className="warning" data-lost={person.id}>
          ▲ No way is left. {person.backup !== undefined && `Call ${person.backup}.`}
        </p>
        {person.withheld > 0 && (
          <p className="aside">
            {person.withheld} more in the emergency pack, not in {audience === 'public' ? 'a public' : 'this'}{' '}
            build
          </p>
        )}
      </td>
      <td data-name="Verified">{person.methods.length > 0 && <LastVerified verified={person.verified} />}</td>
      <td data-name="Stands in">{person.backup ?? 'nobody'}</td>
      <td data-name="To a telephone">
        {person.qr && <QrCode qr={person.qr} label={`QR code of ${person.qr.value}`} />}
        {person.card !== undefined && (
          <Link className="no-print" to={`pathname://${person.card}`} download>
            Card (.vcf)
          </Link>
        )}
      </td>
    </tr>
  )
}

/** The oldest of all ways, because that is the one to doubt. */
function LastVerified({ verified: { on, daysAgo, never, isOld } }: { verified: Verified }): ReactNode {
  return (
    <span className={isOld ? 'warning' : undefined}>
      {isOld && '▲ '}
      {on === undefined ? 'never' : `${on}, ${daysAgo} days before this build`}
      {on !== undefined && never > 0 && `; ${never} never`}
    </span>
  )
}

function Vendors({ vendors }: { vendors: ShownVendor[] }): ReactNode {
  if (vendors.length === 0) return null
  return (
    <>
      <h2>Vendors</h2>
      <table className="stacking">
        <thead>
          <tr>
            {['Vendor', 'Support id', 'Promise', 'Reach'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {vendors.map((vendor) => (
            <tr key={vendor.id} id={`vendor-${vendor.id}`}>
              <th scope="row">
                {vendor.name}
                <p className="aside">{vendor.provides}</p>
              </th>
              <td data-name="Support id">{vendor.supportId ?? 'none'}</td>
              <td data-name="Promise">
                {[vendor.contract, vendor.sla].filter(Boolean).join(', ') || 'none'}
              </td>
              <td data-name="Reach">
                <Methods methods={vendor.methods} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

function Regulators({ regulators }: { regulators: ShownRegulator[] }): ReactNode {
  if (regulators.length === 0) return null
  return (
    <>
      <h2>Regulators</h2>
      {regulators.map((regulator) => (
        <section key={regulator.id} id={`regulator-${regulator.id}`} className="regulator">
          <h3>{regulator.name}</h3>
          <p className="aside">{regulator.jurisdiction}</p>
          <Methods methods={regulator.methods} />
          <ul>
            {regulator.deadlines.map((deadline) => (
              <li key={deadline.notice}>
                <strong>{planned(deadline.withinMs)}</strong> from {deadline.from}: {deadline.notice}{' '}
                <span className="aside">
                  ({deadline.source}, read on {deadline.asOf})
                </span>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  )
}
