import { useState } from 'react'
import type { ReactNode } from 'react'
import type { FenceRecord } from '../../journal/fold.ts'
import { reasonOf } from '../../model/outcome.ts'
import { measurementLines } from '../../reports/summary.ts'
import { describeEvent } from '../../reports/timeline.ts'
import { measured, planned } from '../../steps/view-words.ts'
import { printable } from '../printable.ts'
import { Row, Spans, Split } from './chart.tsx'
import { statements } from './check-run.ts'
import type { CheckedRun } from './check-run.ts'
import type { OpenedRun } from './opened-run.ts'
import { Recording } from './recording.tsx'
import { storyOf } from './story.ts'
import type { Catalog, Story, StoryRow } from './story.ts'

type Props = { run: OpenedRun; check: CheckedRun; catalog: Catalog }

/** One run: what it was, whether it is as it was written, what happened step by step, and how it looked. */
export function RunStory({ run, check, catalog }: Props): ReactNode {
  const story = storyOf(check.events, catalog)
  const casts = [...run.files].filter(([path]) => /^terminal(-\d+)?\.cast$/.test(path))
  return (
    <>
      <Head story={story} name={run.name} />
      <section aria-labelledby="checked">
        <h2 id="checked">What is proved</h2>
        <Proof check={check} />
      </section>
      <section aria-labelledby="steps">
        <h2 id="steps">Step by step</h2>
        <Estimates story={story} />
        {story.rows.map((row) => (
          <StepRow key={row.id} row={row} story={story} files={run.files} />
        ))}
      </section>
      {casts.length > 0 && (
        <section aria-labelledby="terminal">
          <h2 id="terminal">The terminal</h2>
          {casts.map(([path, cast]) => (
            <Recording key={path} name={path} cast={cast} />
          ))}
        </section>
      )}
      <section aria-labelledby="events">
        <h2 id="events">Everything that was recorded</h2>
        <details className="event-list">
          <summary>{check.events.length} events</summary>
          <ol>
            {check.events.flatMap((event) =>
              describeEvent(event).map((line) => (
                <li key={event.seq} value={event.seq}>
                  {printable(line)}
                </li>
              )),
            )}
          </ol>
        </details>
      </section>
    </>
  )
}

function Head({ story, name }: { story: Story; name: string }): ReactNode {
  const { state } = story
  return (
    <>
      <h2 tabIndex={-1} id="run" className="run-title">
        {state.title === '' ? name : state.title} <code>{state.run}</code>
      </h2>
      <dl className="card-facts">
        <Row name="Result">
          {state.result === undefined ? (
            <>not finished ({state.status})</>
          ) : (
            <strong className={state.result === 'succeeded' ? undefined : 'warning'}>{state.result}</strong>
          )}{' '}
          {state.reason !== '' && <span className="aside">{printable(state.reason)}</span>}
        </Row>
        <Row name="Runbook">
          <code>{state.runbook}</code> <span className="aside">version {state.digest.slice(0, 12)}</span>
        </Row>
        <Row name="Who, where">
          {state.operator} in {state.environment} <span className="aside">({state.mode})</span>
        </Row>
        <Row name="Began">{state.startedAt}</Row>
        {state.fault && (
          <Row name="Fault">
            {state.fault.fault} on {state.fault.on}
          </Row>
        )}
        {state.rollback && (
          <Row name="Rollback">
            ▲ {state.result === 'stopped' ? 'it was begun, and nothing was undone' : 'it was rolled back'}
          </Row>
        )}
        {measurementLines(state).map((line) => (
          <Row key={line} name={line.slice(0, 4).trim()}>
            {line.slice(5).replaceAll(/ {2,}/g, ' · ')}
          </Row>
        ))}
        {story.notes.map((note, position) => (
          // Notes never change place.
          <Row key={position} name="Note">
            {printable(note)}
          </Row>
        ))}
      </dl>
      <Split story={story} />
    </>
  )
}

const MARK = { proved: '✓', broken: '✗', open: '○' } as const
const WORD = { proved: 'Proved', broken: 'Broken', open: 'Open' } as const

function Proof({ check }: { check: CheckedRun }): ReactNode {
  return (
    <ul className="proof">
      {statements(check).map(({ standing, text }) => (
        <li key={text} data-proof={standing}>
          <strong>
            {MARK[standing]} {WORD[standing]}.
          </strong>{' '}
          {printable(text)}
        </li>
      ))}
    </ul>
  )
}

function Estimates({ story: { estimates } }: { story: Story }): ReactNode {
  const words = {
    same: 'Estimates are those of the version that ran.',
    'other version': '▲ Estimates are those of the runbook as it is now: it changed since this run.',
    unknown: 'This copy of the site does not know the runbook: there are no estimates.',
  }[estimates]
  return (
    <p className="aside">
      Bars run from the beginning of the run to its end: thin where a person was asked, thick where a step
      ran, hatched where it was undone. {words}
    </p>
  )
}

function StepRow({
  row,
  story,
  files,
}: {
  row: StoryRow
  story: Story
  files: OpenedRun['files']
}): ReactNode {
  const { id, title, step, notes } = row
  return (
    <article className="run-step" data-standing={step.status === 'running' ? 'started' : step.status}>
      <h3>
        <span className="number" /> {title ?? id} {title !== undefined && <code>{id}</code>}
      </h3>
      <Spans row={row} totalMs={story.totalMs} />
      <StepFacts row={row} decision={story.state.decisions.get(id)} />
      {notes.map((note, position) => (
        // Notes never change place.
        <p key={position} className="by-hand">
          <strong>Note.</strong> {printable(note)}
        </p>
      ))}
      {step.fences.map((fence) => (
        <Output key={fence.job} fence={fence} log={files.get(`output/${fence.job}.log`)} />
      ))}
    </article>
  )
}

/** `done in 3.2 s, estimate 10 s · a person took 4.0 s` */
function StepFacts({ row, decision }: { row: StoryRow; decision: string | undefined }): ReactNode {
  const { step, expectMs } = row
  const { durationMs, waitedMs, attempts, kept, reason } = step
  const over = expectMs !== undefined && durationMs !== undefined && durationMs > expectMs
  const more = [
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
    ...(decision === undefined ? [] : [`decided: ${decision}`]),
    ...(kept ? ['not undone: a person decided so'] : []),
    ...(reason === '' || reason === decision ? [] : [printable(reason)]),
  ]
  return (
    <p className="run-facts">
      <strong>{step.status}</strong>
      {durationMs !== undefined && ` in ${measured(durationMs)}`}
      {expectMs !== undefined && (
        <span className={over ? 'warning' : 'aside'}>
          {over ? ' ▲ ' : ', '}estimate {planned(expectMs)}
        </span>
      )}
      {waitedMs > 0 && <span className="aside"> · a person took {measured(waitedMs)}</span>}
      {more.map((text) => ` · ${text}`)}
    </p>
  )
}

const SHOWN_BYTES = 256 * 1024

/** What a fence printed, read when it is opened; of much, the end. */
function Output({ fence, log }: { fence: FenceRecord; log: Blob | undefined }): ReactNode {
  const [text, setText] = useState<string>()
  const head = `${fence.role} ${fence.place}: ${fence.outcome ? reasonOf(fence.outcome) : 'not finished'}`
  if (!log || log.size === 0)
    return (
      <p className="aside">
        {printable(head)}
        {log ? ' (printed nothing)' : ''}
      </p>
    )
  const read = (): void => {
    log
      .slice(Math.max(0, log.size - SHOWN_BYTES))
      .text()
      .then(setText, (error: unknown) => setText(`It cannot be read: ${String(error)}`))
  }
  return (
    <details className="output" onToggle={read}>
      <summary>
        {printable(head)} <span className="aside">{log.size} bytes</span>
      </summary>
      {log.size > SHOWN_BYTES && <p className="aside">Only the last {SHOWN_BYTES} bytes are shown.</p>}
      {text !== undefined && <pre className="live-output">{printable(text)}</pre>}
    </details>
  )
}
