import Layout from '@theme/Layout'
import type { ReactNode } from 'react'
import { Main } from '../components/main.tsx'
import { Methods } from '../components/reach.tsx'
import { Policies, Schedules } from '../components/escalation.tsx'
import { WhatIsDown } from '../components/what-is-down.tsx'
import type { ContactsPage as Content, ShownRegulator, ShownVendor } from '../content/contacts.ts'
import type { ShownPerson } from '../content/people.ts'
import { planned } from '../../steps/view-words.ts'

export default function ContactsPage({ contacts }: { contacts: Content }): ReactNode {
  const { people, vendors, regulators, policies, schedules, canBeDown, audience } = contacts
  return (
    <Layout
      title="Contacts and escalation"
      description="Who to call, in which order, and how when something is down."
    >
      <Main className="page">
        <h1>Contacts and escalation</h1>
        <WhatIsDown canBeDown={canBeDown} />
        <h2>People</h2>
        {people.length === 0 && <p>The plan names nobody yet.</p>}
        {people.length > 0 && <People people={people} audience={audience} />}
        <Policies policies={policies} />
        <Schedules schedules={schedules} />
        <Vendors vendors={vendors} />
        <Regulators regulators={regulators} />
      </Main>
    </Layout>
  )
}

function People({ people, audience }: { people: ShownPerson[]; audience: string }): ReactNode {
  return (
    <table className="stacking">
      <thead>
        <tr>
          {['Name', 'Roles', 'Reach', 'Time zone', 'Stands in'].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {people.map((person) => (
          <tr key={person.id} id={person.id}>
            <th scope="row">
              {person.name}
              <p className="aside">{person.title}</p>
            </th>
            <td data-name="Roles">{person.roles.join(', ')}</td>
            <td data-name="Reach">
              <Methods methods={person.methods} />
              {person.withheld > 0 && (
                <p className="aside">
                  {person.withheld} more in the emergency pack, not in{' '}
                  {audience === 'public' ? 'a public' : 'this'} build
                </p>
              )}
            </td>
            <td data-name="Time zone">{person.timeZone}</td>
            <td data-name="Stands in">{person.backup ?? 'nobody'}</td>
          </tr>
        ))}
      </tbody>
    </table>
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
            <tr key={vendor.id}>
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
        <section key={regulator.id} className="regulator">
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
