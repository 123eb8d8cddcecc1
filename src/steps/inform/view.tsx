import type { ReactNode } from 'react'
import type { Inform } from '../../model/runbook.ts'
import { Conditions, Desk, Fact, Facts, Frame, PaperRecord } from '../view-parts.tsx'
import { planned } from '../view-words.ts'
import type { Common } from '../view-words.ts'

export type InformShown = Common & Pick<Inform, 'audience' | 'template' | 'text' | 'expectMs'>

export function InformView({ shown, children }: { shown: InformShown; children: ReactNode }): ReactNode {
  return (
    <Frame shown={shown} kind="inform">
      {children}
      <details open className="message">
        <summary>
          <strong>Message</strong> to {shown.audience}; what stands in {'{{braces}}'} is filled in when it is
          sent
        </summary>
        <pre>
          <code>{shown.text}</code>
        </pre>
      </details>
      <Desk />
      <PaperRecord number={shown.number} />
    </Frame>
  )
}

export function InformFacts({ shown }: { shown: InformShown }): ReactNode {
  return (
    <>
      <Facts>
        <Fact name="Id">
          <code>{shown.id}</code>
        </Fact>
        <Fact name="Kind">Inform people</Fact>
        <Fact name="Audience">{shown.audience}</Fact>
        <Fact name="Template">
          <code>{`templates/inform/${shown.template}.hbs`}</code>
        </Fact>
        {shown.expectMs !== undefined && <Fact name="Takes about">{planned(shown.expectMs)}</Fact>}
      </Facts>
      <Conditions when={shown.when} />
    </>
  )
}
