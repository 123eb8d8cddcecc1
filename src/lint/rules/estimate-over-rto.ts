import { formatDuration } from '../../model/duration.ts'
import type { Runbook } from '../../model/runbook.ts'
import { criticalPath } from '../../model/critical-path.ts'
import type { CriticalPath } from '../../model/critical-path.ts'
import { frontMatterPlace } from '../front-matter.ts'
import type { RunbookRule } from '../rule.ts'

const NAMED_PARTS = 3

export const estimateOverRto: RunbookRule = {
  name: 'estimate-over-rto',
  level: 'error',
  scope: 'runbook',
  summary:
    'The estimates on the longest path through an incident runbook (one with triggers, or of severity sev1 or sev2) fit into the RTO of its service.',
  examples: {
    good: [
      {
        title: 'parallel steps count once, and only one branch of a decision is taken',
        in: 'body',
        text: `<Decision id="how">

## How?

<Choice value="promote" />
<Choice value="restore" />

</Decision>

<Step id="promote" when="how=promote" expect="8m">

## Promote

</Step>

<Parallel id="restore" when="how=restore">

## Restore

<Step id="data" expect="14m">

## Data

</Step>

<Step id="settings" expect="14m">

## Settings

</Step>

</Parallel>`,
      },
    ],
    bad: [
      {
        title: 'estimates that add up to more than the RTO of 15 minutes',
        in: 'runbook',
        text: `---
title: Database failure
summary: The primary is lost.
service: orders-db
severity: sev1
---

<Step id="restore" expect="40m">

## Restore

</Step>

<Step id="verify" expect="5m">

## Verify

</Step>`,
        reports: [
          {
            line: 4,
            column: 10,
            message:
              'the steps add up to 45 m, over the RTO of orders-db: 15 m (longest: restore 40 m, verify 5 m)',
          },
        ],
      },
    ],
  },
  check(runbook, project) {
    const rto = Object.hasOwn(project.plan.services, runbook.service)
      ? project.plan.services[runbook.service]?.objective.rto
      : undefined
    const path = criticalPath(runbook.nodes)
    if (rto === undefined || path.ms <= rto || !isIncident(runbook)) return []
    const total = `the steps add up to ${formatDuration(path.ms)}${choicesText(path)}`
    return [
      {
        ...frontMatterPlace(runbook, project, 'service'),
        message: `${total}, over the RTO of ${runbook.service}: ${formatDuration(rto)} (longest: ${partsText(path)})`,
        hint: 'Shorten the path, or have an objective approved that can be kept.',
      },
    ]
  },
}

/** Planned work has no customers waiting for it. */
function isIncident({ triggers, severity }: Runbook): boolean {
  return triggers.length > 0 || severity === 'sev1' || severity === 'sev2'
}

function choicesText({ choices }: CriticalPath): string {
  if (choices.length === 0) return ''
  return ` with ${choices.map(({ decision, choice }) => `${decision}=${choice}`).join(', ')}`
}

function partsText({ parts }: CriticalPath): string {
  return parts
    .slice(0, NAMED_PARTS)
    .map(({ id, ms }) => `${id} ${formatDuration(ms)}`)
    .join(', ')
}
