import type { ReactNode } from 'react'
import type { ShownPolicy, ShownTarget } from '../content/contacts.ts'
import { planned } from '../../steps/view-words.ts'

/** `contacts` is the address of the page that has the people, where it is another. */
export function Policies({
  policies,
  contacts = '',
}: {
  policies: ShownPolicy[]
  contacts?: string
}): ReactNode {
  if (policies.length === 0) return null
  return (
    <>
      <h2>Escalation</h2>
      {policies.map(({ id, title, services, levels, repeat, fallback }) => (
        <section key={id} className="policy">
          <h3>{title}</h3>
          {services.length > 0 && <p className="aside">for {services.join(', ')}</p>}
          <ol>
            {levels.map(({ targets, delayMs, channels, ackRequired }, position) => (
              <li key={position}>
                {position > 0 && <>after {planned(delayMs)} without an answer: </>}
                <Targets targets={targets} contacts={contacts} />{' '}
                <span className="aside">by {channels.join(' or ')}</span>
                {!ackRequired && <span className="aside">, no answer needed</span>}
              </li>
            ))}
          </ol>
          {repeat > 0 && <p>Then again from the top, {repeat === 1 ? 'once' : `${repeat} times`}.</p>}
          {fallback && (
            <p>
              When nobody answered at all: <Targets targets={[fallback]} contacts={contacts} />
            </p>
          )}
        </section>
      ))}
    </>
  )
}

function Targets({ targets, contacts }: { targets: ShownTarget[]; contacts: string }): ReactNode {
  return targets.map(({ kind, id, name, people }, position) => (
    <span key={`${kind}:${id}`}>
      {position > 0 && ' and '}
      {kind === 'person' ? <a href={`${contacts}#${id}`}>{name}</a> : <strong>{name}</strong>}
      {people.length > 0 && <span className="aside"> ({people.join(', ')})</span>}
    </span>
  ))
}
