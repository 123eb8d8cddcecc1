import { useState } from 'react'
import type { ReactNode } from 'react'
import { Clock } from './clock.tsx'
import { exportSheet } from './export.ts'
import { goTo } from './page-nodes.ts'
import type { PageNode } from './page-nodes.ts'
import { isEmpty, rfc3339 } from './sheet.ts'
import type { Sheet, Subject } from './sheet.ts'
import { doable, nextOpen, standingOf } from './standing.ts'
import { Moment } from './step-desk.tsx'
import type { SheetInUse } from './use-sheet.ts'

type Props = { inUse: SheetInUse; nodes: readonly PageNode[]; rtoMs: number | undefined; subject: Subject }

/** Always in view: the clock, how far one is, what is next, and what can be done with the record. */
export function Strip({ inUse, nodes, rtoMs, subject }: Props): ReactNode {
  const { sheet, change, kept } = inUse
  const [said, setSaid] = useState('')
  const { clockAt } = sheet
  return (
    <section className="strip" aria-label="Working by hand">
      {clockAt === undefined ? (
        <button type="button" onClick={() => change((now) => ({ ...now, clockAt: rfc3339(new Date()) }))}>
          Start the clock
        </button>
      ) : (
        <Clock since={clockAt} rtoMs={rtoMs} />
      )}
      <Progress nodes={nodes} sheet={sheet} />
      <details className="strip-record">
        <summary>Record</summary>
        <div className="strip-sheet">
          <RecordFields inUse={inUse} />
          <div className="hand-row">
            <button
              type="button"
              disabled={isEmpty(sheet)}
              onClick={() => setSaid(`Exported: ${exportSheet(sheet, subject)}`)}
            >
              Export
            </button>
            <Reset inUse={inUse} />
            <span aria-live="polite">{said}</span>
          </div>
          <p className="aside">
            {kept
              ? 'Ticks, times and notes stay in this browser. Nothing is sent anywhere.'
              : '▲ This browser does not keep them: export before you close the page.'}
          </p>
        </div>
      </details>
    </section>
  )
}

function Progress({ nodes, sheet }: { nodes: readonly PageNode[]; sheet: Sheet }): ReactNode {
  const reached = doable(nodes).filter((node) => standingOf(node, sheet) !== 'out')
  const settled = reached.filter((node) => !['open', 'started'].includes(standingOf(node, sheet)))
  const next = nextOpen(nodes, sheet)
  return (
    <span className="strip-progress">
      {settled.length} of {reached.length}
      {next && (
        <>
          {' · next '}
          <a
            href={`#${next.id}`}
            onClick={(event) => {
              event.preventDefault()
              goTo(next)
            }}
          >
            {next.number} {next.title}
          </a>
        </>
      )}
    </span>
  )
}

function RecordFields({ inUse: { sheet, change } }: { inUse: SheetInUse }): ReactNode {
  return (
    <>
      <label>
        Your name{' '}
        <input
          value={sheet.actor}
          autoComplete="name"
          onChange={({ target }) => change((now) => ({ ...now, actor: target.value }))}
        />
      </label>
      <Moment
        name="Clock started"
        at={sheet.clockAt}
        onChange={(at) => change((now) => ({ ...now, clockAt: at }))}
      />
      <label className="hand-note">
        Note on the whole{' '}
        <textarea
          rows={2}
          value={sheet.note}
          onChange={({ target }) =>
            change((now) => ({ ...now, note: target.value, noteAt: rfc3339(new Date()) }))
          }
        />
      </label>
    </>
  )
}

/** Asks once more: what is forgotten is nowhere else. */
function Reset({ inUse: { sheet, forget } }: { inUse: SheetInUse }): ReactNode {
  const [asking, setAsking] = useState(false)
  if (!asking)
    return (
      <button type="button" disabled={isEmpty(sheet)} onClick={() => setAsking(true)}>
        Reset
      </button>
    )
  const answer = (yes: boolean): void => {
    if (yes) forget()
    setAsking(false)
  }
  return (
    <span role="group" aria-label="Reset">
      Forget every tick, time and note?{' '}
      <button type="button" className="destructive" onClick={() => answer(true)}>
        Forget them
      </button>{' '}
      <button type="button" ref={(button) => button?.focus()} onClick={() => answer(false)}>
        Keep them
      </button>
    </span>
  )
}
