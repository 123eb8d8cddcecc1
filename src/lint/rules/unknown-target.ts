import { declaredTargets } from '../../document/plan-references.ts'
import type { Problem } from '../../model/problem.ts'
import type { Place } from '../../model/runbook.ts'
import { suggest } from '../../model/suggest.ts'
import type { RunbookRule } from '../rule.ts'
import { openingOf, ownFences, ownSteps } from '../walk.ts'

export const unknownTarget: RunbookRule = {
  name: 'unknown-target',
  level: 'error',
  scope: 'runbook',
  summary:
    'What a step acts on is a target that a service declares, so that every environment provides it. A sql fence runs on a database.',
  examples: {
    good: [
      {
        title: 'declared targets',
        in: 'body',
        text: `<Step id="promote" target="orders-db.standby">

## Promote

\`\`\`sql verify on=orders-db.standby
select not pg_is_in_recovery()
\`\`\`

</Step>`,
      },
    ],
    bad: [
      {
        title: 'targets that do not exist, and one that is no database',
        in: 'body',
        text: `<Step id="promote" target="orders-db.replica">

## Promote

\`\`\`sql check on=orders-db.standbye
select pg_is_in_recovery()
\`\`\`

\`\`\`sql verify on=edge.router
select true
\`\`\`

</Step>`,
        reports: [
          { line: 1, column: 1, message: 'no service declares the target "orders-db.replica"' },
          { line: 5, column: 1, message: 'no service declares the target "orders-db.standbye"' },
          {
            line: 9,
            column: 1,
            message: 'on=edge.router is of kind edge: a sql fence runs on a postgres target',
          },
        ],
      },
    ],
  },
  check(runbook, project) {
    const targets = declaredTargets(project.plan.services)
    const unknown = (name: string, place: Place, step: string): Problem[] =>
      targets.has(name)
        ? []
        : [
            {
              ...place,
              step,
              message: `no service declares the target "${name}"`,
              hint: suggest(name, targets.keys()),
            },
          ]
    const ofSteps = ownSteps(runbook).flatMap((step) =>
      step.target === undefined ? [] : unknown(step.target, step.place, step.id),
    )
    const ofFences = ownFences(runbook).flatMap((both): Problem[] => {
      const { on } = both.fence
      if (on === undefined) return []
      const kind = targets.get(on)
      if (kind === undefined || kind === 'postgres') return unknown(on, openingOf(both), both.step.id)
      const message = `on=${on} is of kind ${kind}: a sql fence runs on a postgres target`
      return [{ ...openingOf(both), step: both.step.id, message }]
    })
    return [...ofSteps, ...ofFences]
  },
}
