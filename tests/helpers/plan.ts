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

/** Targets where nothing listens, for steps that name them, in every environment of a file. */
export function withTargets(environments: string, ...names: string[]): string {
  const targets = names.map((name) => `      ${name}: { kind: http, url: "http://127.0.0.1:9" }\n`)
  return environments.replaceAll(
    /^    protected: .*\n/gm,
    (line) => `${line}    targets:\n${targets.join('')}`,
  )
}
