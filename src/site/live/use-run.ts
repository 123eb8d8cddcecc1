import { useEffect, useState } from 'react'
import { parseEvent } from '../../model/event.ts'
import type { JournalEvent } from '../../model/event.ts'
import { printable } from '../printable.ts'
import { liveKey } from './entrance.ts'

export type Connection =
  | { kind: 'connecting' }
  | { kind: 'open' }
  | { kind: 'lost'; since: Date }
  | { kind: 'refused'; why: string }

export type LiveOutput = { step: string; text: string }

export type LiveRun = {
  events: readonly JournalEvent[]
  output: LiveOutput | undefined
  connection: Connection
}

/** A run as the server tells it: first what was so far, then each event as it is recorded. Only listens. */
export function useRun(): LiveRun {
  const [events, setEvents] = useState<readonly JournalEvent[]>([])
  const [output, setOutput] = useState<LiveOutput>()
  const [connection, setConnection] = useState<Connection>({ kind: 'connecting' })
  useEffect(() => {
    let source: EventSource | undefined
    let left = false
    const lost = (): void =>
      setConnection((now) => (now.kind === 'lost' ? now : { kind: 'lost', since: new Date() }))
    const listen = (key: string): void => {
      if (left) return
      source = new EventSource(`/live/events?key=${encodeURIComponent(key)}`)
      source.addEventListener('open', () => setConnection({ kind: 'open' }))
      source.addEventListener('journal', ({ data }) => {
        try {
          const event = parseEvent(JSON.parse(String(data)))
          // After a lost connection the server begins after the last line; twice is once.
          setEvents((known) => (event.seq > known.length ? [...known, event] : known))
        } catch {
          setConnection({
            kind: 'refused',
            why: 'The journal has a line that is no event: npx drillbook verify',
          })
        }
      })
      source.addEventListener('output', ({ data }) => setOutput(outputOf(JSON.parse(String(data)))))
      source.addEventListener('error', () => {
        if (source?.readyState !== EventSource.CLOSED) return lost()
        setConnection({ kind: 'refused', why: 'npx drillbook live <run> gives a new link.' })
      })
    }
    liveKey().then(listen, (error: unknown) =>
      setConnection({ kind: 'refused', why: error instanceof Error ? error.message : String(error) }),
    )
    return () => {
      left = true
      source?.close()
    }
  }, [])
  return { events, output, connection }
}

function outputOf(value: unknown): LiveOutput | undefined {
  if (typeof value !== 'object' || value === null || !('step' in value) || !('text' in value))
    return undefined
  return { step: String(value.step), text: printable(String(value.text)) }
}
