import { useId, useState } from 'react'
import type { ReactNode } from 'react'
import { measured } from '../../steps/view-words.ts'
import type { PageNode } from './page-nodes.ts'
import { atTimeOfDay, rfc3339, timeOfDay } from './sheet.ts'
import type { Mark, Result } from './sheet.ts'

type Props = { node: PageNode; mark: Mark; onChange: (change: Partial<Mark>) => void }

/** Tick, start, skip, fail, note: what a person does with one step. */
export function StepDesk({ node, mark, onChange }: Props): ReactNode {
  const { startedAt, finishedAt, result } = mark
  const [noting, setNoting] = useState(false)
  const finish = (next: Result | undefined): void =>
    onChange({ result: next, finishedAt: next === undefined ? undefined : rfc3339(new Date()) })
  return (
    <div className="hand" role="group" aria-label={`${node.number} ${node.title}`}>
      <div className="hand-row">
        <label className="tick">
          <input
            type="checkbox"
            checked={result === 'passed'}
            onChange={({ target }) => finish(target.checked ? 'passed' : undefined)}
          />{' '}
          Done
        </label>
        {startedAt === undefined && result === undefined && (
          <button type="button" onClick={() => onChange({ startedAt: rfc3339(new Date()) })}>
            Start
          </button>
        )}
        <Toggle name="Skipped" value="skipped" result={result} onToggle={finish} />
        <Toggle name="Failed" value="failed" result={result} onToggle={finish} />
        {!noting && mark.note === '' && (
          <button type="button" onClick={() => setNoting(true)}>
            Note
          </button>
        )}
        <Moment name="started" at={startedAt} onChange={(at) => onChange({ startedAt: at })} />
        <Moment name="ended" at={finishedAt} onChange={(at) => onChange({ finishedAt: at })} />
        <Took mark={mark} />
      </div>
      {(noting || mark.note !== '' || result === 'skipped' || result === 'failed') && (
        <Note mark={mark} focus={noting} onChange={onChange} />
      )}
    </div>
  )
}

function Toggle({
  name,
  value,
  result,
  onToggle,
}: {
  name: string
  value: Result
  result: Result | undefined
  onToggle: (next: Result | undefined) => void
}): ReactNode {
  const pressed = result === value
  return (
    <button type="button" aria-pressed={pressed} onClick={() => onToggle(pressed ? undefined : value)}>
      {name}
    </button>
  )
}

/** A time that can be corrected: people tick later than they do. */
export function Moment({
  name,
  at,
  onChange,
}: {
  name: string
  at: string | undefined
  onChange: (at: string) => void
}): ReactNode {
  if (at === undefined) return null
  return (
    <label className="moment">
      {name}{' '}
      <input
        type="time"
        step={1}
        value={timeOfDay(at)}
        onChange={({ target }) => target.value !== '' && onChange(atTimeOfDay(at, target.value))}
      />
    </label>
  )
}

function Took({ mark: { startedAt, finishedAt } }: { mark: Mark }): ReactNode {
  if (startedAt === undefined || finishedAt === undefined) return null
  const ms = Date.parse(finishedAt) - Date.parse(startedAt)
  return <span className="aside">{ms < 0 ? '▲ ended before it started' : `took ${measured(ms)}`}</span>
}

function Note({
  mark,
  focus,
  onChange,
}: {
  mark: Mark
  focus: boolean
  onChange: Props['onChange']
}): ReactNode {
  const id = useId()
  const what = mark.result === 'skipped' ? 'Why skipped' : mark.result === 'failed' ? 'What failed' : 'Note'
  return (
    <div className="hand-note">
      <label htmlFor={id}>{what}</label>
      <textarea
        id={id}
        rows={2}
        value={mark.note}
        ref={focus ? focusOnce : undefined}
        onChange={({ target }) => onChange({ note: target.value, noteAt: rfc3339(new Date()) })}
      />
    </div>
  )
}

function focusOnce(field: HTMLTextAreaElement | null): void {
  field?.focus()
}
