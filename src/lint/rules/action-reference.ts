import { steps } from '../../model/runbook.ts'
import { executables } from '../../model/runbook.ts'
import { suggest } from '../../model/suggest.ts'
import type { Problem } from '../../model/problem.ts'
import { placedActions, sampleActions } from '../actions.ts'
import type { PlacedAction } from '../actions.ts'
import type { Project, ReportRule } from '../rule.ts'

export const actionReference: ReportRule = {
  name: 'action-reference',
  level: 'error',
  scope: 'report',
  summary:
    'The people, the runbook and the step that an action item names exist, and nobody waives their own item.',
  examples: {
    good: [
      {
        title: 'a step that there is',
        in: 'postmortem',
        text: sampleActions({ runbook: 'example', step: 'look' }),
      },
    ],
    bad: [
      {
        title: 'a person, a step and an approver that there are not',
        in: 'postmortem',
        text: sampleActions({
          owner: 'anna',
          runbook: 'example',
          step: 'lock',
          status: 'wont_do',
          wontDo: '{ reason: Retired, approver: anna, at: 2026-11-20 }',
        }),
        reports: [
          { line: 4, column: 12, message: '"anna" is not a person of docs/plan/contacts.yaml' },
          { line: 11, column: 11, message: 'the runbook example has no step "lock"' },
          { line: 13, column: 5, message: '"anna" is not a person of docs/plan/contacts.yaml' },
          { line: 13, column: 5, message: 'anna owns this item: somebody else agrees that it is not done' },
        ],
      },
    ],
  },
  check: (report, project) =>
    placedActions(report).flatMap((placed) => [...people(placed, project), ...place(placed, project)]),
}

function people({ item, at }: PlacedAction, { plan }: Project): Problem[] {
  const { owner, confirmed, wontDo } = item
  const named = [
    ['owner', owner] as const,
    ...(confirmed ? [['confirmed', confirmed.by] as const] : []),
    ...(wontDo ? [['wontDo', wontDo.approver] as const] : []),
  ]
  const known = plan.contacts.people
  const unknown = named.flatMap(([key, person]) =>
    Object.hasOwn(known, person)
      ? []
      : [
          {
            ...at(key),
            message: `"${person}" is not a person of docs/plan/contacts.yaml`,
            hint: suggest(person, Object.keys(known)),
          },
        ],
  )
  const own = wontDo?.approver === owner
  return own
    ? [
        ...unknown,
        { ...at('wontDo'), message: `${owner} owns this item: somebody else agrees that it is not done` },
      ]
    : unknown
}

function place({ item, at }: PlacedAction, { runbooks }: Project): Problem[] {
  const { runbook: id, step } = item
  if (id === undefined) return []
  const runbook = runbooks.find((candidate) => candidate.id === id)
  if (!runbook)
    return [
      {
        ...at('runbook'),
        message: `there is no runbook "${id}"`,
        hint: suggest(
          id,
          runbooks.map((one) => one.id),
        ),
      },
    ]
  const ids = [...steps(runbook.nodes), ...executables(runbook.nodes)].map((node) => node.id)
  return step === undefined || ids.includes(step)
    ? []
    : [{ ...at('step'), message: `the runbook ${id} has no step "${step}"`, hint: suggest(step, ids) }]
}
