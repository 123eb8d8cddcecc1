import type { ReactNode } from 'react'
import type { Danger } from '../model/runbook.ts'
import { DANGER } from './view-words.ts'
import type { Common, ShownCondition } from './view-words.ts'

/** What the views of all kinds share. Plain React: the site and the emergency pack render the same markup. */

/** The frame of a node: a section that its heading names. */
export function Frame({
  shown,
  kind,
  danger,
  children,
}: {
  shown: Common
  kind: string
  danger?: Danger
  children: ReactNode
}): ReactNode {
  const { id, number, when } = shown
  // For scripts: an id, a number and the name of a choice hold no space.
  const conditions = when.map(({ decision, value }) => `${decision.id}=${value}`).join(' ')
  return (
    <section
      className={`node node-${kind}`}
      data-kind={kind}
      data-danger={danger}
      data-node={id}
      data-number={number}
      data-when={conditions === '' ? undefined : conditions}
    >
      {children}
    </section>
  )
}

/** Where a script puts what belongs to this node while somebody works on it. Empty on paper and without script. */
export function Desk(): ReactNode {
  return <div className="desk" />
}

/** The line below a heading that says what kind of thing this is, for whom, and how long it takes. */
export function Facts({ children }: { children: ReactNode }): ReactNode {
  return <dl className="facts">{children}</dl>
}

export function Fact({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

export function DangerMark({ danger }: { danger: Danger }): ReactNode {
  const { mark, word } = DANGER[danger]
  return (
    <span className={`danger danger-${danger}`}>
      <span className="mark" aria-hidden="true">
        {mark}
      </span>{' '}
      {word}
    </span>
  )
}

/** `Only if 3 Which kind of failure is it?: host lost`, each with a link to the decision. */
export function Conditions({ when }: { when: ShownCondition[] }): ReactNode {
  if (when.length === 0) return null
  return (
    <p className="only-if">
      <strong>Only if</strong>{' '}
      {when.map(({ decision, choice }, index) => (
        <span key={decision.id}>
          {index === 0 ? '' : ' and '}
          <a href={`#${decision.id}`}>
            {decision.number} {decision.title}
          </a>{' '}
          was answered <strong>{choice}</strong>
        </span>
      ))}
      . Otherwise skip it.
    </p>
  )
}

/** On paper only: a box to tick, and room for the times and a name. */
export function PaperRecord({ number }: { number: string }): ReactNode {
  return (
    <p className="paper-record" aria-hidden="true">
      <span>☐ {number} done</span>
      <span>Started ____ : ____</span>
      <span>Ended ____ : ____</span>
      <span>By ______________</span>
    </p>
  )
}
