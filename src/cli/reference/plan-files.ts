import type { z } from 'zod'
import { PLAN_FILES } from '../../document/plan.ts'
import type { PlanFile } from '../../document/plan.ts'
import { contactsFile } from '../../model/contact.ts'
import { environmentsFile } from '../../model/environment.ts'
import { scheduleFile } from '../../model/schedule.ts'
import { servicesFile } from '../../model/service.ts'
import { code, page } from './markdown.ts'
import { membersTable } from './runbook-format.ts'

export const PLAN_SCHEMAS: Record<PlanFile, { schema: z.ZodType; summary: string }> = {
  services: {
    schema: servicesFile,
    summary:
      'What is recovered: objective, owner, dependencies, targets, alerts and runbooks of each service.',
  },
  environments: {
    schema: environmentsFile,
    summary:
      'Where it runs: the address of every target in each environment, and where secrets are read from.',
  },
  contacts: {
    schema: contactsFile,
    summary: 'Who is called: people, vendors and regulators, escalation policies and on-call schedules.',
  },
  schedule: {
    schema: scheduleFile,
    summary: 'What is done again and again: backups, verifications of them, drills and reviews.',
  },
}

export function planFiles(): string {
  return page(
    'Plan files',
    'Every value of services.yaml, environments.yaml, contacts.yaml and schedule.yaml.',
    [
      'The plan as data. The runner reads it, the site renders it, `npm run check` finds what would make it fail on the day. `<name>` stands for a key of your own, `[]` for each entry of a list. A duration is written as `20s`, `2m`, `1m30s`, `4h` or `7d`.',
      ...Object.entries(PLAN_SCHEMAS).flatMap(([name, { schema, summary }]) => [
        `## ${name}.yaml`,
        `${code(PLAN_FILES[asPlanFile(name)])}. ${summary} Editors read [its JSON Schema](./${name}.schema.json).`,
        membersTable(schema),
      ]),
    ],
  )
}

function asPlanFile(name: string): PlanFile {
  return name === 'services' || name === 'environments' || name === 'contacts' ? name : 'schedule'
}
