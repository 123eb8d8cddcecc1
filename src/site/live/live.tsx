import { Fragment, useEffect, useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { createPortal } from 'react-dom'
import { foldAll, stepState } from '../../journal/fold.ts'
import type { RunState, StepState } from '../../journal/fold.ts'
import type { JournalEvent } from '../../model/event.ts'
import { measured } from '../../steps/view-words.ts'
import { Clock } from '../by-hand/clock.tsx'
import { readChoices, readNodes } from '../by-hand/page-nodes.ts'
import type { PageNode } from '../by-hand/page-nodes.ts'
import { doable, show, showChoices } from '../by-hand/standing.ts'
import type { Standing } from '../by-hand/standing.ts'
import type { Card } from '../content/card.ts'
import { useRun } from './use-run.ts'
import type { Connection, LiveOutput } from './use-run.ts'

/** A run that goes on, shown on the page of its runbook to people who look at a shared screen. Nothing here can be pressed. */
export default function Live({ card }: { card: Card }): ReactNode {
  const page = useMemo(() => ({ nodes: readNodes(), choices: readChoices() }), [])
  const { nodes, choices } = page
  const { events, output, connection } = useRun()
  const state = useMemo(() => foldAll(events), [events])
  const standings = useMemo(
    () => new Map(nodes.map((node) => [node, standingOf(node, state, events)] as const)),
    [nodes, state, events],
  )
  const here = doable(nodes).findLast((node) => standings.get(node) === 'started')
  const [following, setFollowing] = useState(true)
  useEffect(() => {
    show(standings)
    showChoices(choices, (decision) => state.decisions.get(decision))
  }, [standings, choices, state])
  useEffect(() => {
    if (following) here?.section.scrollIntoView({ block: 'start' })
  }, [here, following])
  return (
    <>
      <section className="strip strip-live" aria-label="The run that goes on">
        <strong className="live-mark">{state.status === 'finished' ? '■ Over' : '● Live'}</strong>
        {events.length > 0 && <Facts card={card} state={state} nodes={nodes} standings={standings} />}
        <label className="tick">
          <input
            type="checkbox"
            checked={following}
            onChange={({ target }) => setFollowing(target.checked)}
          />{' '}
          Follow
        </label>
        <ConnectionText connection={connection} />
        {events.length > 0 && state.digest !== card.digest && (
          <strong className="warning">
            ▲ This page is of another version ({card.digest.slice(0, 12)}) than the run (
            {state.digest.slice(0, 12)})
          </strong>
        )}
      </section>
      {doable(nodes).map((node) => (
        <Fragment key={node.id}>
          {node.desk &&
            createPortal(
              <NodeState
                step={stepState(state, node.id)}
                standing={standings.get(node) ?? 'open'}
                output={output?.step === node.id ? output : undefined}
              />,
              node.desk,
            )}
        </Fragment>
      ))}
    </>
  )
}

function Facts({
  card,
  state,
  nodes,
  standings,
}: {
  card: Card
  state: RunState
  nodes: readonly PageNode[]
  standings: ReadonlyMap<PageNode, Standing>
}): ReactNode {
  const over = state.status === 'finished'
  const reached = doable(nodes).filter((node) => standings.get(node) !== 'out')
  const settled = reached.filter((node) => !['open', 'started'].includes(standings.get(node) ?? 'open'))
  return (
    <>
      <Clock
        since={state.fault?.faultAt ?? state.startedAt}
        rtoMs={state.started?.objective?.rtoMs ?? card.objective?.rtoMs}
        stopAt={over ? state.lastAt : undefined}
      />
      <span className="strip-progress">
        {settled.length} of {reached.length} · {state.operator} in {state.environment}
        {state.rollback && !over && <strong className="warning"> ▲ rolling back</strong>}
        {state.status === 'paused' && <strong> · paused: {state.reason}</strong>}
        {over && (
          <strong>
            {' '}
            · the run {state.result}
            {state.reason === '' ? '' : `: ${state.reason}`}
          </strong>
        )}
      </span>
    </>
  )
}

function ConnectionText({ connection }: { connection: Connection }): ReactNode {
  if (connection.kind === 'open') return null
  const text = {
    connecting: 'connecting …',
    lost: `▲ No connection since ${connection.kind === 'lost' ? connection.since.toTimeString().slice(0, 8) : ''}: what is shown is old.`,
    refused: `▲ ${connection.kind === 'refused' ? connection.why : ''}`,
  }[connection.kind]
  return (
    <span className="warning" role="status">
      {text}
    </span>
  )
}

function NodeState({
  step,
  standing,
  output,
}: {
  step: StepState
  standing: Standing
  output: LiveOutput | undefined
}): ReactNode {
  if (standing === 'open') return null
  const { durationMs, waitedMs, reason } = step
  return (
    <div className="hand">
      <strong>{WORD[standing]}</strong>
      {durationMs !== undefined && ` in ${measured(durationMs)}`}
      {waitedMs > 0 && <span className="aside">, after {measured(waitedMs)} of thought</span>}
      {reason !== '' && `: ${reason}`}
      {output && output.text !== '' && <pre className="live-output">{output.text}</pre>}
    </div>
  )
}

const WORD: Record<Standing, string> = {
  open: '',
  started: 'Going on',
  done: 'Done',
  failed: 'Failed',
  unknown: 'Outcome unknown',
  skipped: 'Skipped',
  out: 'Left out',
  'rolled-back': 'Rolled back',
}

function standingOf({ id }: PageNode, state: RunState, events: readonly JournalEvent[]): Standing {
  const { status } = stepState(state, id)
  if (status === 'pending') return 'open'
  if (status === 'running') return 'started'
  if (status !== 'skipped') return status
  const skipped = events.findLast((event) => event.event === 'step-skipped' && event.step === id)
  return skipped?.event === 'step-skipped' && skipped.by === 'condition' ? 'out' : 'skipped'
}
