import type { z } from 'zod'
import type { PLAN_FILES } from '../../document/plan.ts'
import type { MESSAGE_FILES } from '../../document/communications.ts'
import { communicationsFile } from '../../model/communication.ts'
import { contactsFile } from '../../model/contact.ts'
import { environmentsFile } from '../../model/environment.ts'
import { regulationsFile } from '../../model/regulation.ts'
import { scheduleFile } from '../../model/schedule.ts'
import { servicesFile } from '../../model/service.ts'
import { code, page } from './markdown.ts'
import { membersTable } from './runbook-format.ts'

export const PLAN_SCHEMAS: Record<
  keyof typeof PLAN_FILES | keyof typeof MESSAGE_FILES,
  { schema: z.ZodType; summary: string }
> = {
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
  communications: {
    schema: communicationsFile,
    summary: 'Who is told in an incident, and by which channels. Without it, messages go to files.',
  },
  regulations: {
    schema: regulationsFile,
    summary: 'Duties to report an incident: what is due when, and where that is written.',
  },
}

export function planFiles(): string {
  return page(
    'Plan files',
    'Every value of services.yaml, environments.yaml, contacts.yaml, schedule.yaml, communications.yaml and regulations.yaml.',
    [
      'The plan as data. The runner reads it, the site renders it, `npm run check` finds what would make it fail on the day. `<name>` stands for a key of your own, `[]` for each entry of a list. A duration is written as `20s`, `2m`, `1m30s`, `4h` or `7d`.',
      ...Object.entries(PLAN_SCHEMAS).flatMap(([name, { schema, summary }]) => [
        `## ${name}.yaml`,
        `${code(`docs/plan/${name}.yaml`)}. ${summary} Editors read [its JSON Schema](./${name}.schema.json).`,
        membersTable(schema),
      ]),
    ],
  )
}
