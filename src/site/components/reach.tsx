import type { ReactNode } from 'react'
import type { ShownMethod, ShownPerson } from '../content/people.ts'

const KIND: Record<ShownMethod['kind'], string> = {
  voice: 'Call',
  sms: 'Text',
  email: 'Mail',
  chat: 'Chat',
  satellite: 'Satellite',
}

/** How to reach someone, the first to be tried first. The number is text, so that it is there on paper. */
export function Methods({ methods }: { methods: readonly ShownMethod[] }): ReactNode {
  return (
    <ul className="methods">
      {methods.map((method) => (
        <li key={`${method.kind} ${method.value}`} data-needs={method.needs.join(' ')}>
          <span className="method-kind">{KIND[method.kind]}</span>{' '}
          {method.href === undefined ? <span>{method.value}</span> : <a href={method.href}>{method.value}</a>}
        </li>
      ))}
    </ul>
  )
}

/** `Maria Keller, Call +49…`: one line for the card of a runbook. */
export function CallLine({ person }: { person: ShownPerson }): ReactNode {
  const [first] = person.methods
  return (
    <>
      {person.name}
      {first && (
        <> {first.href === undefined ? <span>{first.value}</span> : <a href={first.href}>{first.value}</a>}</>
      )}
    </>
  )
}
