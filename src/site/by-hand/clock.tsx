import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { planned } from '../../steps/view-words.ts'

/** `0:03:12 of 15 min RTO`, going on until `stopAt`; said in words when it is over. */
export function Clock({
  since,
  rtoMs,
  stopAt,
}: {
  since: string
  rtoMs: number | undefined
  stopAt?: string | undefined
}): ReactNode {
  const now = useNow(stopAt === undefined)
  const elapsed = Math.max(0, (stopAt === undefined ? now : Date.parse(stopAt)) - Date.parse(since))
  const over = rtoMs !== undefined && elapsed > rtoMs
  return (
    <span className={over ? 'clock clock-over' : 'clock'}>
      <span className="clock-time" role="timer">
        {clockText(elapsed)}
      </span>{' '}
      {rtoMs === undefined
        ? 'no RTO'
        : over
          ? `▲ over the RTO of ${planned(rtoMs)}`
          : `of ${planned(rtoMs)} RTO`}
    </span>
  )
}

/** `H:MM:SS` */
export function clockText(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}

function two(amount: number): string {
  return String(amount).padStart(2, '0')
}

function useNow(going: boolean): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (!going) return undefined
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [going])
  return now
}
