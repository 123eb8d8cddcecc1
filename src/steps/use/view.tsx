import type { ReactNode } from 'react'
import { Conditions, Fact, Facts, Frame } from '../view-parts.tsx'
import type { Common } from '../view-words.ts'

export type UseShown = Common & { runbook: string; title: string; href: string; count: number }

export function UseView({ shown, children }: { shown: UseShown; children: ReactNode }): ReactNode {
  return (
    <Frame shown={shown} kind="use">
      {children}
    </Frame>
  )
}

export function UseFacts({ shown }: { shown: UseShown }): ReactNode {
  return (
    <>
      <Facts>
        <Fact name="Id">
          <code>{shown.id}</code>
        </Fact>
        <Fact name="Kind">
          Part of another runbook: <a href={shown.href}>{shown.title}</a>, {shown.count} steps, shown here in
          full
        </Fact>
      </Facts>
      <Conditions when={shown.when} />
    </>
  )
}

/** The steps that another runbook brings, in their place; folded only by who wants them out of the way. */
export function UsedView({ count, children }: { count: number; children: ReactNode }): ReactNode {
  return (
    <details open className="used">
      <summary>{count === 1 ? 'Its step' : `Its ${count} steps`}</summary>
      {children}
    </details>
  )
}
