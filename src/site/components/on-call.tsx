import { useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'
import type { OnCallPage } from '../content/contacts.ts'
import type { ShownDuty, ShownRota } from '../content/on-call.ts'
import { Methods } from './reach.tsx'

/**
 * Who is on call, and who comes next. The page cannot know when it is read: it says until when each person is on call, and where a
 * script runs it marks the one of now.
 */
export function OnCallNow({
  rotas,
  brief = false,
}: {
  rotas: readonly ShownRota[]
  /** Only the first way to reach somebody. */
  brief?: boolean
}): ReactNode {
  const now = useNow()
  if (rotas.length === 0) return null
  return (
    <ul className="on-call">
      {rotas.map((rota) => (
        <li key={rota.id}>
          <p className="on-call-title">{rota.title}</p>
          <ol>
            {ahead(rota.duties, now).map((duty) => (
              <li key={duty.fromMs} className={isNow(duty, now) ? 'on-call-now' : undefined}>
                <Duty duty={duty} isNow={isNow(duty, now)} timeZone={rota.timeZone} brief={brief} />
              </li>
            ))}
          </ol>
          {ahead(rota.duties, now).length === 0 && (
            <p className="warning">▲ This copy knew it only until {rota.computedUntil}. Take a newer one.</p>
          )}
        </li>
      ))}
    </ul>
  )
}

const SHOWN = 2

/** The first that has not ended, and the one after it. */
function ahead(duties: readonly ShownDuty[], now: number | undefined): ShownDuty[] {
  return duties.filter(({ toMs }) => now === undefined || now < toMs).slice(0, SHOWN)
}

function isNow({ fromMs, toMs }: ShownDuty, now: number | undefined): boolean {
  return now !== undefined && fromMs <= now && now < toMs
}

type DutyProps = { duty: ShownDuty; isNow: boolean; timeZone: string; brief: boolean }

function Duty({ duty, isNow, timeZone, brief }: DutyProps): ReactNode {
  const { person, to } = duty
  const spoken = person?.methods.filter(({ kind }) => kind !== 'email' && kind !== 'chat') ?? []
  return (
    <>
      {person ? <strong>{person.name}</strong> : <strong className="warning">▲ Nobody</strong>}
      {isNow && <span className="badge-now">now</span>}{' '}
      <span className="aside">
        until {to} ({timeZone})
      </span>
      {person && <Methods methods={spoken.slice(0, brief ? 1 : spoken.length)} />}
    </>
  )
}

/** The rules of a schedule, and its 90 days. */
export function OnCallSchedule({
  schedule: { id, title, timeZone, layers, rota },
  computedAt,
}: {
  schedule: OnCallPage['schedules'][number]
  computedAt: string
}): ReactNode {
  return (
    <section className="schedule" aria-labelledby={`schedule-${id}`}>
      <h2 id={`schedule-${id}`}>{title}</h2>
      <p className="computed-until">
        Computed until <strong>{rota.computedUntil}</strong>, on {computedAt} UTC. All times are wall times in{' '}
        {timeZone}.
      </p>
      {rota.gaps > 0 && (
        <p className="warning">
          ▲ {rota.gaps === 1 ? 'There is a gap' : `There are ${rota.gaps} gaps`} in which nobody is on call.
        </p>
      )}
      <ul className="layers">
        {layers.map(({ name, turn, handoff, start, users, within }) => (
          <li key={name}>
            <strong>{name}</strong>: {users.join(', then ')}; changes every {turn} at {handoff}, first on{' '}
            {start}
            {within.length > 0 && `; only ${within.join(' and ')}`}
          </li>
        ))}
      </ul>
      <details className="rota-fold">
        <summary>The next 90 days, {rota.duties.length} lines</summary>
        <RotaTable rota={rota} />
      </details>
    </section>
  )
}

/** The 90 days as a plain table. */
function RotaTable({ rota }: { rota: ShownRota }): ReactNode {
  const now = useNow()
  return (
    <table className="rota">
      <thead>
        <tr>
          {['From', 'Until', 'On call', 'Why'].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rota.duties.map((duty) => (
          <tr key={duty.fromMs} className={isNow(duty, now) ? 'on-call-now' : undefined}>
            <td>{duty.from}</td>
            <td>{duty.to}</td>
            <th scope="row">
              {duty.person?.name ?? <span className="warning">▲ Nobody: a gap</span>}
              {isNow(duty, now) && <span className="badge-now">now</span>}
            </th>
            <td className="aside">{duty.source ?? 'no layer covers this time'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const MINUTE_MS = 60_000

/** The time, to the minute; undefined on the server and without script. */
function useNow(): number | undefined {
  return useSyncExternalStore(
    (changed) => {
      const timer = setInterval(changed, MINUTE_MS)
      return () => clearInterval(timer)
    },
    () => Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS,
    () => undefined,
  )
}
