import type { ReactNode } from 'react'
import type { Decision } from '../../model/runbook.ts'
import { Conditions, Desk, Fact, Facts, Frame, PaperRecord } from '../view-parts.tsx'
import { planned } from '../view-words.ts'
import type { Common, NodeLink } from '../view-words.ts'

export type DecisionShown = Common & Pick<Decision, 'role' | 'expectMs' | 'default'>

export type ChoiceShown = {
  value: string
  title: string
  /** The nodes that are only reached by this answer. */
  leadsTo: NodeLink[]
}

export function DecisionView({ shown, children }: { shown: DecisionShown; children: ReactNode }): ReactNode {
  return (
    <Frame shown={shown} kind="decision">
      {children}
      <Desk />
      <PaperRecord number={shown.number} />
    </Frame>
  )
}

export function DecisionFacts({ shown }: { shown: DecisionShown }): ReactNode {
  return (
    <>
      <Facts>
        <Fact name="Id">
          <code>{shown.id}</code>
        </Fact>
        <Fact name="Kind">Decision</Fact>
        {shown.role !== undefined && <Fact name="Decided by">{shown.role}</Fact>}
        {shown.expectMs !== undefined && <Fact name="Takes about">{planned(shown.expectMs)}</Fact>}
        <Fact name="Unattended run">
          {shown.default === undefined ? 'refused here: a person decides' : <code>{shown.default}</code>}
        </Fact>
      </Facts>
      <Conditions when={shown.when} />
    </>
  )
}

export function ChoiceView({ shown, children }: { shown: ChoiceShown; children: ReactNode }): ReactNode {
  const { value, title, leadsTo } = shown
  return (
    <div className="choice" data-choice={value}>
      <p className="choice-title">
        <span className="choice-box" aria-hidden="true">
          ☐
        </span>{' '}
        <strong>{title}</strong> {title !== value && <code>{value}</code>}
      </p>
      {children}
      <Desk />
      {leadsTo.length === 0 ? (
        <p className="leads-to">Nothing is added or left out: go on below.</p>
      ) : (
        <div className="leads-to">
          Then
          <ul>
            {leadsTo.map((link) => (
              <li key={link.id}>
                <a href={`#${link.id}`}>
                  {link.number} {link.title}
                </a>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}
