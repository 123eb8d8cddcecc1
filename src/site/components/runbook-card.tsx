import Link from '@docusaurus/Link'
import type { ReactNode } from 'react'
import { planned } from '../../steps/view-words.ts'
import type { Card } from '../content/card.ts'
import type { ShownRota } from '../content/on-call.ts'
import { AtWork } from './at-work.tsx'
import { CopyButton } from './copy-button.tsx'
import { AgainstObjective, EstimateText, MeasuredNote, MeasuredTime } from './figures.tsx'
import { OnCallNow } from './on-call.tsx'
import { CallLine } from './reach.tsx'
import { SeverityMark } from './severity.tsx'

/** Whether this is the right page, what was promised, what was measured, and how to begin. */
export function RunbookCard({ card, onCall }: { card: Card; onCall: ShownRota[] }): ReactNode {
  const { service, triggers, inputs } = card
  return (
    <>
      <div className="card-block">
        <p className="summary">{card.summary}</p>
        <Begin id={card.id} />
        <dl className="card-facts">
          <Row name="Severity">
            <SeverityMark severity={card.severity} />
          </Row>
          <OnCallRow onCall={onCall} />
          <OwnerRow card={card} />
          <Row name="Recovers">
            <Link to={`/services/#${service.id}`}>{service.title}</Link>
            {service.tier !== undefined && <span className="aside"> tier {service.tier}</span>}
          </Row>
          {triggers.length > 0 && (
            <Row name="Triggers">
              {triggers.map((trigger) => (
                <code key={trigger}>{trigger}</code>
              ))}
            </Row>
          )}
          <Objectives card={card} />
          <Row name="Estimate">
            <EstimateText estimate={card.estimate} />
            {card.objective && (
              <>
                {', '}
                <AgainstObjective estimate={card.estimate} objective={card.objective} />
              </>
            )}
          </Row>
          {card.requires.length > 0 && (
            <Row name="Needs">
              {card.requires.map(({ program, version }) => (
                <code key={program}>{version === undefined ? program : `${program} ≥ ${version}`}</code>
              ))}
            </Row>
          )}
          {inputs.length > 0 && (
            <Row name="You are asked">
              <Asked inputs={inputs} />
            </Row>
          )}
          <Row name="This version">
            <code title="The beginning of the SHA-256 over the runbook and everything it runs">
              {card.digest.slice(0, 12)}
            </code>{' '}
            <span className="aside">of {card.file}</span>
          </Row>
        </dl>
      </div>
      <AtWork card={card} />
    </>
  )
}

function OwnerRow({ card: { service, callees } }: { card: Card }): ReactNode {
  if (service.owner === undefined) return null
  return (
    <Row name="Owner, call">
      {service.owner}
      {callees.length > 0 && (
        <ul className="callees">
          {callees.map((person) => (
            <li key={person.id}>
              <CallLine person={person} />
            </li>
          ))}
        </ul>
      )}
    </Row>
  )
}

function OnCallRow({ onCall }: { onCall: ShownRota[] }): ReactNode {
  if (onCall.length === 0) return null
  return (
    <Row name="On call">
      <OnCallNow rotas={onCall} brief />
    </Row>
  )
}

function Begin({ id }: { id: string }): ReactNode {
  const command = `npm run runbook ${id}`
  return (
    <div className="begin">
      <span className="begin-words">Run it</span>
      <code>{command}</code>
      <CopyButton text={command} what="the command that runs this runbook" />
      <span className="begin-words begin-or">or do every step below by hand.</span>
    </div>
  )
}

function Objectives({ card: { objective, measured } }: { card: Card }): ReactNode {
  return (
    <>
      <Row name="RTO" keep>
        <Objective ms={objective?.rtoMs} />
        <MeasuredTime ms={measured?.rtoMs} />
      </Row>
      <Row name="RPO">
        <Objective ms={objective?.rpoMs} />
        <MeasuredTime ms={measured?.rpoMs} />
      </Row>
      {objective && (
        <Row name="Approved">
          by {objective.approvedBy}, {objective.approvedAt}
        </Row>
      )}
      {measured && (
        <Row name="Last drill">
          <MeasuredNote measured={measured} />
        </Row>
      )}
    </>
  )
}

function Objective({ ms }: { ms: number | undefined }): ReactNode {
  if (ms === undefined) return <>no objective; </>
  return (
    <>
      {planned(ms)} <span className="aside">objective</span>
      {' · '}
    </>
  )
}

function Asked({ inputs }: { inputs: Card['inputs'] }): ReactNode {
  return (
    <ul className="asked">
      {inputs.map(({ name, prompt, type, default: preset, choices }) => (
        <li key={name}>
          {prompt} <code>{name}</code>
          {type === 'secret' && <span className="aside"> secret, never recorded</span>}
          {choices && <span className="aside"> one of {choices.join(', ')}</span>}
          {preset !== undefined && <span className="aside"> default {preset}</span>}
        </li>
      ))}
    </ul>
  )
}

/** `keep`: not parted from the row after it. */
function Row({
  name,
  keep = false,
  children,
}: {
  name: string
  keep?: boolean
  children: ReactNode
}): ReactNode {
  return (
    <div className={keep ? 'card-row card-row-keep' : 'card-row'}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
