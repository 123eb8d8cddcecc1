import { suggest } from '../../model/suggest.ts'
import type { RunbookRule } from '../rule.ts'
import { ownNodes } from '../walk.ts'

export const unknownRole: RunbookRule = {
  name: 'unknown-role',
  level: 'error',
  scope: 'runbook',
  summary: 'Someone in contacts.yaml has the role that a step or a decision asks for.',
  examples: {
    good: [
      {
        title: 'a role that someone has',
        in: 'body',
        text: '<Step id="promote" role="dba">\n\n## Promote\n\n</Step>',
      },
    ],
    bad: [
      {
        title: 'a role that nobody has',
        in: 'body',
        text: '<Step id="promote" role="dbas">\n\n## Promote\n\n</Step>',
        reports: [{ line: 1, column: 1, message: 'nobody in contacts.yaml has the role "dbas"' }],
      },
    ],
  },
  check(runbook, project) {
    const roles = new Set(Object.values(project.plan.contacts.people).flatMap((person) => person.roles))
    return ownNodes(runbook).flatMap((node) => {
      const role = node.kind === 'step' || node.kind === 'decision' ? node.role : undefined
      if (role === undefined || roles.has(role)) return []
      return [
        {
          ...node.place,
          step: node.id,
          message: `nobody in contacts.yaml has the role "${role}"`,
          hint: suggest(role, roles),
        },
      ]
    })
  },
}
