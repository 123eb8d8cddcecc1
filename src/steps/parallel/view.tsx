import type { ReactNode } from 'react'
import { Conditions, Fact, Facts, Frame } from '../view-parts.tsx'
import type { Common } from '../view-words.ts'

export type ParallelShown = Common & { count: number }

export function ParallelView({ shown, children }: { shown: ParallelShown; children: ReactNode }): ReactNode {
  return (
    <Frame shown={shown} kind="parallel">
      {children}
    </Frame>
  )
}

export function ParallelFacts({ shown }: { shown: ParallelShown }): ReactNode {
  return (
    <>
      <Facts>
        <Fact name="Id">
          <code>{shown.id}</code>
        </Fact>
        <Fact name="Kind">
          <strong>At the same time</strong>: {shown.count} steps, confirmed once
        </Fact>
      </Facts>
      <Conditions when={shown.when} />
    </>
  )
}
