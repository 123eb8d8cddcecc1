/** The smallest plan that a project can have; a test replaces the files it is about. */

const SERVICES = `services:
  shop:
    title: Shop
    description: What the tests recover.
    tier: 1
    owner: dba
    objective: { rto: 15m, rpo: 0s, approvedBy: ada, approvedAt: 2026-10-05 }
`

export const ENVIRONMENTS = `default: plain
environments:
  plain:
    title: Plain
    protected: false
  guarded:
    title: Guarded
    protected: true
`

const CONTACTS = `people:
  ada:
    name: Ada Example
    roles: [dba, incident-commander]
    timeZone: Europe/London
    methods:
      - { kind: voice, value: "+12065550199", priority: 1 }
`

export const PLAN: Record<string, string> = {
  'docs/plan/services.yaml': SERVICES,
  'docs/plan/environments.yaml': ENVIRONMENTS,
  'docs/plan/contacts.yaml': CONTACTS,
  'docs/plan/schedule.yaml': 'backups: {}\n',
}
