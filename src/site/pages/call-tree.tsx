import Layout from '@theme/Layout'
import type { ReactNode } from 'react'
import { planned } from '../../steps/view-words.ts'
import { Main } from '../components/main.tsx'
import { Methods } from '../components/reach.tsx'
import type { Call, CallTree as Content } from '../content/contacts.ts'

/** To be printed: whom to call in which order, the numbers, and room for what they said. */
export default function CallTreePage({ tree }: { tree: Content }): ReactNode {
  return (
    <Layout title="Call tree" description="Whom to call in which order, with room for what they said.">
      <Main className="page call-tree">
        <h1>Call tree</h1>
        <p className="computed-until">
          Who is on call was computed on <strong>{tree.computedAt} UTC</strong>: read down to the first line
          whose end is still ahead.
        </p>
        {tree.policies.length === 0 && <p>The plan has no escalation policy yet.</p>}
        {tree.policies.map((policy) => (
          <section key={policy.id} className="policy">
            <h2>{policy.title}</h2>
            {policy.services.length > 0 && <p className="aside">for {policy.services.join(', ')}</p>}
            <ol>
              {policy.levels.map((level, position) => (
                <li key={position}>
                  <p>
                    {position === 0 ? 'At once' : `After ${planned(level.delayMs)} without an answer`}, by{' '}
                    {level.channels.join(' or ')}
                  </p>
                  <Calls calls={policy.calls[position] ?? []} />
                </li>
              ))}
              {policy.repeat > 0 && (
                <li>
                  <p>Again from the top, {policy.repeat === 1 ? 'once' : `${policy.repeat} times`}</p>
                </li>
              )}
              {policy.fallback && (
                <li>
                  <p>When nobody answered at all</p>
                  <Calls calls={policy.calls.at(-1) ?? []} />
                </li>
              )}
            </ol>
          </section>
        ))}
      </Main>
    </Layout>
  )
}

function Calls({ calls }: { calls: readonly Call[] }): ReactNode {
  return (
    <ul className="calls">
      {calls.map(({ why, until, person }, position) => (
        <li key={position}>
          <div>
            {person ? <strong>{person.name}</strong> : <strong className="warning">▲ Nobody</strong>}
            <p className="aside">
              {why}
              {until !== undefined && `, until ${until}`}
            </p>
          </div>
          {person && person.methods.length > 0 && <Methods methods={person.methods} />}
          {person && person.methods.length === 0 && <p className="aside">number in the emergency pack</p>}
          <p className="paper-line">☐ answered at __:__</p>
        </li>
      ))}
    </ul>
  )
}
