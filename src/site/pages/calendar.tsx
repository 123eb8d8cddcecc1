import Link from '@docusaurus/Link'
import Layout from '@theme/Layout'
import type { ReactNode } from 'react'
import { planned } from '../../steps/view-words.ts'
import { Main } from '../components/main.tsx'
import { Table } from '../components/table.tsx'
import type { Calendar, Recurring } from '../content/calendar.ts'

const GROUPS: { kind: keyof Calendar; title: string; about: string }[] = [
  {
    kind: 'backups',
    title: 'Backups',
    about:
      'Replication repeats a deletion and a damaged table; a backup does not. Where no standby holds every acknowledged write, the RPO rests on how often one is made.',
  },
  { kind: 'verifications', title: 'Verifications', about: 'A backup that nobody restored is a hope.' },
  { kind: 'drills', title: 'Drills', about: 'The last one is taken from the published records.' },
  { kind: 'reviews', title: 'Reviews', about: 'What is read again by people.' },
]

export default function CalendarPage({ calendar }: { calendar: Calendar }): ReactNode {
  return (
    <Layout
      title="Testing calendar"
      description="What is done again and again so that a recovery works on the day."
    >
      <Main className="page">
        <h1>Testing calendar</h1>
        <p>
          What is done again and again so that a recovery works on the day, from{' '}
          <code>docs/plan/schedule.yaml</code>.
        </p>
        {GROUPS.map(({ kind, title, about }) => (
          <section key={kind} aria-labelledby={kind}>
            <h2 id={kind}>{title}</h2>
            <p className="aside">{about}</p>
            {calendar[kind].length === 0 ? <p>None is planned.</p> : <Group entries={calendar[kind]} />}
          </section>
        ))}
      </Main>
    </Layout>
  )
}

function Group({ entries }: { entries: Recurring[] }): ReactNode {
  const withRecords = entries.some(({ done }) => done !== undefined)
  return (
    <Table head={['What', 'At least every', 'Owner', 'How', ...(withRecords ? ['Last and next'] : [])]}>
      {entries.map((entry) => (
        <tr key={entry.id}>
          <th scope="row">{entry.title}</th>
          <td data-name="At least every">{planned(entry.everyMs)}</td>
          <td data-name="Owner">{entry.owner}</td>
          <td data-name="How">
            {entry.details.map(({ name, value, href }) => (
              <p key={name}>
                <span className="aside">{name}</span>{' '}
                {href === undefined ? value : <Link to={href}>{value}</Link>}
              </p>
            ))}
          </td>
          {entry.done && (
            <td data-name="Last and next">
              <Done done={entry.done} />
            </td>
          )}
        </tr>
      ))}
    </Table>
  )
}

function Done({ done: { last, due, overdue } }: { done: NonNullable<Recurring['done']> }): ReactNode {
  if (last === undefined) return <span className="warning">▲ no record</span>
  return (
    <>
      <p>last {last}</p>
      <p className={overdue ? 'warning' : undefined}>
        {overdue ? '▲ was due' : 'next by'} {due}
      </p>
    </>
  )
}
