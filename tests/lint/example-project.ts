import { MESSAGE_FILES } from '../../src/document/communications.ts'
import { PLAN_FILES } from '../../src/document/plan.ts'
import type { Example } from '../../src/lint/rule.ts'
import { repositoryFile } from '../document/temporary-project.ts'

/** What stands around the text of an example. */
const SERVICES = `services:
  orders-db:
    title: Orders database
    description: PostgreSQL in two regions
    tier: 1
    owner: dba
    objective: { rto: 15m, rpo: 5m, approvedBy: ana, approvedAt: 2026-10-05 }
    targets: { primary: postgres, standby: postgres }
    alerts: [OrdersDatabaseDown]
    runbooks: [example]
  edge:
    title: Edge
    description: One address for both regions
    tier: 1
    owner: network
    objective: { rto: 5m, rpo: 0s, approvedBy: ana, approvedAt: 2026-10-05 }
    targets: { router: edge }
`

const ENVIRONMENTS = `default: lab
environments:
  lab: { title: Lab, protected: false, lab: true }
`

const CONTACTS = `people:
  ana:
    name: Ana
    roles: [dba, network]
    timeZone: Europe/Lisbon
    methods:
      - { kind: voice, value: "+12065550142", priority: 1, verifiedAt: 2026-11-01, verifiedBy: ana }
`

const SCHEDULE = `backups:
  orders-db:
    title: Orders database
    service: orders-db
    method: archive_command
    every: 1m
    keep: 30d
    storedAt: Object store of another region
    owner: dba
`

const COMMUNICATIONS = `audiences:
  customers: { title: Customers, comms: comms_external, channels: [file] }
`

const FRONT_MATTER = [
  'title: Example',
  'summary: An example.',
  'service: orders-db',
  'severity: sev1',
  'triggers: [OrdersDatabaseDown]',
  'inputs: { reason: { type: string, prompt: Why? } }',
]

const BODY = `<Step id="look" expect="1m">

## Look

</Step>
`

export const NOW = new Date('2026-11-21T12:00:00Z')
export const EXAMPLE_RUNBOOK = 'runbooks/example.mdx'

/** The files of a small project without a mistake. */
export function sampleFiles(body = BODY, frontMatter = ''): Record<string, string> {
  return {
    [PLAN_FILES.services]: SERVICES,
    [PLAN_FILES.environments]: ENVIRONMENTS,
    [PLAN_FILES.contacts]: CONTACTS,
    [PLAN_FILES.schedule]: SCHEDULE,
    [MESSAGE_FILES.communications]: COMMUNICATIONS,
    [EXAMPLE_RUNBOOK]: `${matterLines(frontMatter).join('\n')}\n\n${body}`,
    'templates/inform/outage.hbs': 'We are working on it.\n',
    'templates/inform/empty.hbs': '\n',
    'templates/inform/undone.hbs': '{{#if done.promot}}We moved.{{/if}}\n',
    'templates/inform/unknown.hbs': 'We are in {{outputs.regoin}}.\n',
    'templates/inform/broken.hbs': 'We are\n{{#if known}}working on it\n',
    'scripts/package.json': '{"type":"module"}\n',
    'scripts/globals.d.ts': globals(),
    'tools/wipe': '#!/bin/sh\ntrue\n',
    'tools/wipe.sh': 'true\n',
  }
}

/** The given lines come first, so that they stand on the same line in every example. */
function matterLines(frontMatter: string): string[] {
  const own = frontMatter === '' ? [] : frontMatter.split('\n')
  const keys = new Set(own.map((line) => line.split(':')[0]))
  return ['---', ...own, ...FRONT_MATTER.filter((line) => !keys.has(line.split(':')[0])), '---']
}

/** The project's own declarations, with the engine where it really is. */
function globals(): string {
  return `import 'zx/globals'
import type { FenceGlobals } from '${repositoryFile('src/fences/api.ts')}'

declare global {
  const query: FenceGlobals['query']
  const target: FenceGlobals['target']
}
`
}

export type Placed = { files: Record<string, string>; file: string; firstLine: number }

/** The project that an example stands in, and where its first line has come to stand. */
export function projectOf(example: Example): Placed {
  if (example.in === 'runbook')
    return {
      files: { ...sampleFiles(), [EXAMPLE_RUNBOOK]: example.text },
      file: EXAMPLE_RUNBOOK,
      firstLine: 1,
    }
  if (example.in === 'front-matter')
    return { files: sampleFiles(BODY, example.text), file: EXAMPLE_RUNBOOK, firstLine: 2 }
  if (example.in === 'body')
    return {
      files: sampleFiles(`${example.text}\n`),
      file: EXAMPLE_RUNBOOK,
      firstLine: matterLines('').length + 2,
    }
  if (example.in === 'postmortem' || example.in === 'postmortem-words') return postmortemOf(example)
  const file = PLAN_FILES[example.in]
  return { files: { ...sampleFiles(), [file]: `${example.text}\n` }, file, firstLine: 1 }
}

const POSTMORTEM = 'docs/postmortems/2026-11-20-example.md'
const POSTMORTEM_MATTER = [
  'id: 2026-11-20-example',
  'title: Example',
  'mdx: { format: md }',
  'status: draft',
  'severity: sev1',
  'kind: drill',
  'owner: ana',
  'services: [orders-db]',
  'runRefs: [r1]',
  'startedAt: 2026-11-20T10:00:00Z',
  'endedAt: 2026-11-20T11:00:00Z',
  'measured: { ttdMs: null, ttaMs: null, ttmMs: null, resolveMs: null, rtoMs: 1, rpoMs: 0, acknowledged: 1, lost: 0 }',
  `computed: ${'a'.repeat(64)}`,
]

/** A post-mortem with these lines of front matter first, or with these words of somebody. */
function postmortemOf(example: Example): Placed {
  const isMatter = example.in === 'postmortem'
  const own = isMatter ? example.text.split('\n') : []
  const keys = new Set(own.map((line) => line.split(':')[0]))
  const rest = POSTMORTEM_MATTER.filter((line) => !keys.has(line.split(':')[0]))
  const head = ['---', ...own, ...rest, '---', '', '<!-- write: summary -->']
  const words = isMatter ? 'The standby took over.' : example.text
  const text = [...head, words, '<!-- end: summary -->', ''].join('\n')
  return {
    files: {
      ...sampleFiles(),
      [POSTMORTEM]: text,
      'docs/drills/passed.json': '{"run":"passed","startedAt":"2026-11-10T10:00:00Z","verdict":"passed"}',
    },
    file: POSTMORTEM,
    firstLine: isMatter ? 2 : head.length + 1,
  }
}
