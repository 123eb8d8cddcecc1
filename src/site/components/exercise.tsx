import Link from '@docusaurus/Link'
import type { ReactNode } from 'react'
import type { Objective } from '../../model/exercise.ts'
import type { Gap } from '../content/exercises.ts'

/** On every page and every printed sheet of an exercise: nobody may take it for an incident. */
export function ExerciseBanner(): ReactNode {
  return (
    <p className="exercise-banner">
      <strong>EXERCISE</strong> <span>Everything here is invented. Nothing is executed.</span>
    </p>
  )
}

export function Objectives({ objectives }: { objectives: Objective[] }): ReactNode {
  return (
    <table className="stacking">
      <thead>
        <tr>
          {['Objective', 'Capability', 'Supports', 'Critical tasks'].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {objectives.map(({ id, objective, capability, controls, tasks }) => (
          <tr key={id}>
            <th scope="row">{objective}</th>
            <td data-name="Capability">{capability}</td>
            <td data-name="Supports">{controls.join(', ')}</td>
            <td data-name="Critical tasks">
              <ul>
                {Object.entries(tasks).map(([task, words]) => (
                  <li key={task}>{words}</li>
                ))}
              </ul>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Who plays a role; `href` leads to a person. */
export type Named = { name: string; href?: string }
type Roles = { roles: { role: string; who: Named[] }[]; absent: Named[] }

const ROLE_NAMES: Record<string, string> = { dataCollector: 'data collector' }

export function ExerciseRoles({ roles, absent }: Roles): ReactNode {
  return (
    <table>
      <tbody>
        {[...roles, ...(absent.length === 0 ? [] : [{ role: 'away in the scenario', who: absent }])].map(
          ({ role, who }) => (
            <tr key={role}>
              <th scope="row">{ROLE_NAMES[role] ?? role}</th>
              <td>
                {who.length === 0 && 'not named'}
                {who.map(({ name, href }, position) => (
                  <span key={name}>
                    {position > 0 && ', '}
                    {href === undefined ? name : <Link to={href}>{name}</Link>}
                  </span>
                ))}
              </td>
            </tr>
          ),
        )}
      </tbody>
    </table>
  )
}

export function Spoilers({ count, children }: { count: number; children: ReactNode }): ReactNode {
  return (
    <details className="spoilers">
      <summary>The {count} injects, for those who do not play</summary>
      {children}
    </details>
  )
}

type Shown = { id: string; title: string; facts: string[]; children: ReactNode }

export function InjectView({ id, title, facts, children }: Shown): ReactNode {
  return (
    <section className="inject" aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      <p className="aside">{facts.join(' · ')}</p>
      {children}
    </section>
  )
}

/** What exercises found at the steps of this runbook, and nobody has shown to be mended. */
export function OpenGaps({ gaps }: { gaps: Gap[] }): ReactNode {
  return (
    <aside className="gaps" aria-label="Open from exercises">
      <p>
        <strong>Open from exercises</strong>
      </p>
      <ul>
        {gaps.map(({ title, rating, evidence, date, href }) => (
          <li key={`${title} ${date}`}>
            {href === undefined ? title : <Link to={href}>{title}</Link>}: rated {rating} on {date}.{' '}
            {evidence}
          </li>
        ))}
      </ul>
    </aside>
  )
}
