import { readFileSync } from 'node:fs'
import path from 'node:path'
import { REPOSITORY } from './project.ts'

const TEMPLATE = 'templates/after-action-report.md.hbs'

/** A small exercise: a branch, a contingency, an optional inject, and two critical tasks. */
export const EXERCISE = `---
title: Small | <fire> {drill}
summary: What a test plays.
scope: The shop.
objectives:
  - id: act
    objective: The table acts within five minutes.
    capability: Operational coordination
    controls: [ISO 22301 8.5]
    tasks:
      command: One person takes command
      repair: The shop is repaired by the runbook
roles:
  facilitator: [person:ada]
---

A quiet morning.

<Inject id="smoke" offset="0s" scenarioTime="2027-02-05T09:00" from="Guard" to="Everyone" method="phone" objective="act">

## Smoke in the shop

There is smoke behind the door.

<Expect task="command" step="it#one">

One person takes command.

</Expect>

<Questions>

- Who is in command?

</Questions>

<Choice value="open" title="Open the door">

Somebody opens it.

</Choice>

<Choice value="wait" title="Wait for the fire brigade">

Nobody opens it.

</Choice>

<Notes>

SPOILER-NOTE: it is only the toaster.

</Notes>

</Inject>

<Inject id="flames" offset="5m" scenarioTime="2027-02-05T09:20" from="Guard" to="Everyone" method="phone" objective="act" when="smoke=open">

## SPOILER-FLAMES Flames

Flames come out.

<Questions>

- And now?

</Questions>

</Inject>

<Inject id="brigade" offset="5m" scenarioTime="2027-02-05T09:30" from="Brigade" to="Everyone" method="in-person" objective="act" when="smoke=wait">

## The brigade arrives

They ask for the key.

<Expect task="repair" step="it#two">

The shop is repaired by the runbook.

</Expect>

<Questions>

- Who has the key?

</Questions>

</Inject>

<Inject id="coffee" offset="9m" from="Guard" to="Everyone" method="in-person" kind="optional" objective="act">

## Coffee

The guard brings coffee.

<Questions>

- With milk?

</Questions>

</Inject>

<Inject id="rain" from="Sky" to="Everyone" method="radio" kind="contingency" objective="act">

## SPOILER-RAIN It rains

It rains.

<Questions>

- Does that help?

</Questions>

</Inject>
`

export function exerciseFiles(): Record<string, string> {
  return {
    'docs/exercises/fire.mdx': EXERCISE,
    [TEMPLATE]: readFileSync(path.join(REPOSITORY, TEMPLATE), 'utf8'),
  }
}
