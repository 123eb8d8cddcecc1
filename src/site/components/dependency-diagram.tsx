import type { ReactNode } from 'react'
import type { Diagram } from '../content/diagram.ts'

/** Top to bottom is the order of recovery. The same is said in words by the list and the table beside it. */
export function DependencyDiagram({ diagram }: { diagram: Diagram }): ReactNode {
  const { width, height, boxes, arrows } = diagram
  if (boxes.length === 0) return null
  const titles = new Map(boxes.map(({ id, title }) => [id, title]))
  const words = arrows.map(({ from, to }) => `${titles.get(to)} needs ${titles.get(from)}`)
  return (
    // A wide picture scrolls inside of its frame, by keyboard too: the page never scrolls sideways.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="diagram" tabIndex={0} role="group" aria-label="Diagram of the dependencies">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role="group"
        aria-labelledby="dependencies-title dependencies-text"
      >
        <title id="dependencies-title">What each service depends on</title>
        <desc id="dependencies-text">
          {words.length === 0 ? 'No service needs another.' : `${words.join('. ')}.`}
        </desc>
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="8"
            markerHeight="8"
            orient="auto"
          >
            <path className="diagram-head" d="M0 0L8 4L0 8z" />
          </marker>
        </defs>
        {arrows.map(({ from, to, points }) => (
          <polyline
            key={`${from} ${to}`}
            className="diagram-line"
            points={points.map(({ x, y }) => `${x},${y}`).join(' ')}
            markerEnd="url(#arrow)"
          />
        ))}
        {boxes.map(({ id, title, tier, x, y, width: boxWidth, height: boxHeight }) => (
          <a key={id} href={`#${id}`}>
            <rect className="diagram-box" x={x} y={y} width={boxWidth} height={boxHeight} rx="3" />
            <text className="diagram-name" x={x + boxWidth / 2} y={y + 19}>
              {title}
            </text>
            <text className="diagram-tier" x={x + boxWidth / 2} y={y + 35}>
              tier {tier}
            </text>
          </a>
        ))}
      </svg>
    </div>
  )
}
