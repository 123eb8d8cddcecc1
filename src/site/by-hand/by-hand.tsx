import { Fragment, useEffect, useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { createPortal } from 'react-dom'
import type { Card } from '../content/card.ts'
import { goTo, readChoices, readFences, readNodes } from './page-nodes.ts'
import type { PageChoice, PageNode } from './page-nodes.ts'
import { exportSheet } from './export.ts'
import { markOf, rfc3339, withMark } from './sheet.ts'
import type { Sheet, Subject } from './sheet.ts'
import { doable, leftOut, nextOpen, show, showChoices, standingOf } from './standing.ts'
import { otherVersions, readSheet, storageKey, writeSheet } from './storage.ts'
import { StepDesk } from './step-desk.tsx'
import { Strip } from './strip.tsx'
import { useSheet } from './use-sheet.ts'
import type { SheetInUse } from './use-sheet.ts'
import { FenceValues, ValuesDesk } from './values-desk.tsx'
import type { Values } from './values.ts'

/**
 * Working through a runbook by hand: ticks, times, notes, decisions, values. It is put onto the page that is already there, in the
 * places that the markup keeps free; the page says the same without it.
 */
export default function ByHand({ card }: { card: Card }): ReactNode {
  const page = useMemo(() => ({ nodes: readNodes(), choices: readChoices(), fences: readFences() }), [])
  const { nodes, choices, fences } = page
  const inUse = useSheet(card.id, card.digest)
  const { sheet, change } = inUse
  const [values, setValues] = useState<Values>({})
  const subject = { runbook: card.id, digest: card.digest, titleOf: (id: string) => titleIn(nodes, id) }
  useEffect(() => {
    show(new Map(nodes.map((node) => [node, standingOf(node, sheet)])))
    showChoices(choices, (decision) => markOf(sheet, decision).choice)
  }, [nodes, choices, sheet])
  return (
    <>
      <ValuesDesk
        card={card}
        values={values}
        onChange={(name, value) => setValues({ ...values, [name]: value })}
      />
      <OtherVersions card={card} subject={subject} />
      <Strip inUse={inUse} nodes={nodes} rtoMs={card.objective?.rtoMs} subject={subject} />
      {doable(nodes).map((node) => (
        <Fragment key={node.id}>
          {node.desk &&
            createPortal(<NodeDesk node={node} sheet={sheet} change={change} choices={choices} />, node.desk)}
        </Fragment>
      ))}
      {choices.map((choice) => (
        <Fragment key={`${choice.decision}=${choice.value}`}>
          {createPortal(<ChoiceDesk choice={choice} nodes={nodes} inUse={inUse} />, choice.desk)}
        </Fragment>
      ))}
      {fences.map((fence, position) => (
        // Fences never change place.
        <Fragment key={position}>
          {createPortal(<FenceValues fence={fence} inputs={card.inputs} values={values} />, fence.desk)}
        </Fragment>
      ))}
    </>
  )
}

function titleIn(nodes: readonly PageNode[], id: string): string {
  return nodes.find((node) => node.id === id)?.title ?? id
}

function NodeDesk({
  node,
  sheet,
  change,
  choices,
}: {
  node: PageNode
  sheet: Sheet
  change: SheetInUse['change']
  choices: readonly PageChoice[]
}): ReactNode {
  const otherwise = leftOut(node, sheet)
  if (otherwise) {
    const { decision, choice } = otherwise
    const made = choices.find((each) => each.decision === decision && each.value === choice)
    return (
      <p className="hand left-out">
        Left out: the answer was <strong>{made?.title ?? choice}</strong>.{' '}
        <a href={`#${decision}`}>Change it</a>
      </p>
    )
  }
  // A decision is made at its answers.
  if (node.kind === 'decision') return null
  return (
    <StepDesk
      node={node}
      mark={markOf(sheet, node.id)}
      onChange={(changed) => change((now) => withMark(now, node.id, changed))}
    />
  )
}

/** Choosing leaves out what hangs on the other answers, and goes on to the next step. */
function ChoiceDesk({
  choice,
  nodes,
  inUse: { sheet, change },
}: {
  choice: PageChoice
  nodes: readonly PageNode[]
  inUse: SheetInUse
}): ReactNode {
  const { decision, value, title } = choice
  const made = markOf(sheet, decision).choice
  const choose = (): void => {
    const chosen = made === value ? undefined : value
    const next = (now: Sheet): Sheet =>
      withMark(now, decision, {
        choice: chosen,
        finishedAt: chosen === undefined ? undefined : rfc3339(new Date()),
      })
    change(next)
    const target = chosen === undefined ? undefined : nextOpen(nodes, next(sheet), decision)
    if (target) goTo(target)
  }
  return (
    <button type="button" className="choose" aria-pressed={made === value} onClick={choose}>
      {made === value ? 'Chosen; take it back' : 'Choose'}
      <span className="unseen"> {title}</span>
    </button>
  )
}

/** The page is of one version of the runbook; what was ticked on another one is told, and can still be had. */
function OtherVersions({ card, subject }: { card: Card; subject: Subject }): ReactNode {
  const [others, setOthers] = useState(() => otherVersions(card.id, card.digest))
  const forget = (digest: string): void => {
    writeSheet(storageKey(card.id, digest), undefined)
    setOthers(others.filter((other) => other !== digest))
  }
  return others.map((digest) => (
    <p key={digest} className="changed" role="status">
      <strong>▲ This runbook changed</strong> since you ticked steps of version{' '}
      <code>{digest.slice(0, 12)}</code> in this browser. Those ticks are not shown here.{' '}
      <button
        type="button"
        onClick={() => exportSheet(readSheet(storageKey(card.id, digest)), { ...subject, digest })}
      >
        Export them
      </button>{' '}
      <button type="button" onClick={() => forget(digest)}>
        Forget them
      </button>
    </p>
  ))
}
