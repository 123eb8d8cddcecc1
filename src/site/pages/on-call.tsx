import Link from '@docusaurus/Link'
import Layout from '@theme/Layout'
import type { ReactNode } from 'react'
import { Main } from '../components/main.tsx'
import { OnCallNow, OnCallSchedule } from '../components/on-call.tsx'
import type { OnCallPage as Content } from '../content/contacts.ts'

export default function OnCallPage({ onCall }: { onCall: Content }): ReactNode {
  const { schedules, computedAt } = onCall
  return (
    <Layout title="On call" description="Who is on call now, and in the next 90 days.">
      <Main className="page">
        <h1>On call</h1>
        {schedules.length === 0 && <p>The plan has no on-call schedule yet.</p>}
        <OnCallNow rotas={schedules.map(({ rota }) => rota)} />
        {schedules.map((schedule) => (
          <div key={schedule.id}>
            <OnCallSchedule schedule={schedule} computedAt={computedAt} />
            <p className="aside no-print">
              <Link to={`pathname://${schedule.calendar}`} download>
                Calendar file (.ics)
              </Link>
            </p>
          </div>
        ))}
      </Main>
    </Layout>
  )
}
