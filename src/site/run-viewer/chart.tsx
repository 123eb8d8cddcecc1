import type { ReactNode } from 'react'
import { measured } from '../../steps/view-words.ts'
import type { Story, StoryRow } from './story.ts'

const WIDTH = 1000
const HEIGHT = 14

/** When a step was asked about, ran and was undone, along the whole run. The same is in words beside it. */
export function Spans({ row, totalMs }: { row: StoryRow; totalMs: number }): ReactNode {
  const x = (ms: number): number => (Math.max(0, ms) / totalMs) * WIDTH
  return (
    <svg className="spans" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <line className="span-axis" x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
      {row.spans.map(({ who, fromMs, toMs }) => (
        <rect
          key={`${who} ${fromMs}`}
          className={`span-${who}`}
          x={x(fromMs)}
          y={who === 'human' ? 4 : 1}
          width={Math.max(2, x(toMs) - x(fromMs))}
          height={who === 'human' ? 6 : 12}
        />
      ))}
    </svg>
  )
}

/** Of the whole run: how long people were asked, how long machines worked, and the rest. */
export function Split({ story }: { story: Story }): ReactNode {
  const { humanMs, machineMs, totalMs } = story
  return (
    <dl className="card-facts">
      <Row name="Whole run">{measured(totalMs)}</Row>
      <Row name="People">
        {measured(humanMs)} <span className="aside">asked and answering</span>
      </Row>
      <Row name="Machines">
        {measured(machineMs)} <span className="aside">steps at the same time count each</span>
      </Row>
    </dl>
  )
}

export function Row({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <div className="card-row">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
