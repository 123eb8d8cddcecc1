import type { ReactNode } from 'react'
import type { Step } from '../../model/runbook.ts'
import { Conditions, DangerMark, Desk, Fact, Facts, Frame, PaperRecord } from '../view-parts.tsx'
import { planned } from '../view-words.ts'
import type { Common } from '../view-words.ts'

export type StepShown = Common &
  Pick<
    Step,
    'danger' | 'role' | 'target' | 'expectMs' | 'timeoutMs' | 'retries' | 'approvals' | 'outputs'
  > & { manual: boolean }

export function StepView({ shown, children }: { shown: StepShown; children: ReactNode }): ReactNode {
  return (
    <Frame shown={shown} kind="step" danger={shown.danger}>
      {children}
      <Desk />
      <PaperRecord number={shown.number} />
    </Frame>
  )
}

export function StepFacts({ shown }: { shown: StepShown }): ReactNode {
  const { danger, role, target, expectMs, timeoutMs, retries, approvals, manual } = shown
  const outputs = Object.entries(shown.outputs)
  return (
    <>
      <Facts>
        <Fact name="Id">
          <code>{shown.id}</code>
        </Fact>
        {danger === 'safe' && (
          <Fact name="Danger">
            <DangerMark danger={danger} />
          </Fact>
        )}
        {role !== undefined && <Fact name="Role">{role}</Fact>}
        {target !== undefined && (
          <Fact name="Changes">
            <code>{target}</code>
          </Fact>
        )}
        {expectMs !== undefined && <Fact name="Takes about">{planned(expectMs)}</Fact>}
        {!manual && <Fact name="Stopped after">{planned(timeoutMs)}</Fact>}
        {retries > 0 && <Fact name="Tried again">{times(retries)}</Fact>}
        {approvals > 0 && <Fact name="Approval">{people(approvals)}</Fact>}
        {outputs.length > 0 && (
          <Fact name="Gives">
            {outputs.map(([name, type]) => (
              <code key={name} title={type}>
                {name}
              </code>
            ))}
          </Fact>
        )}
      </Facts>
      <Conditions when={shown.when} />
      {manual && (
        <p className="by-hand">
          <strong>By hand.</strong> No program does this step: do it, then confirm it.
        </p>
      )}
    </>
  )
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}

function people(count: number): string {
  return count === 1 ? 'by a second person' : `by ${count} other people`
}
