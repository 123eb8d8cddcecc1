import type { RootContent } from 'mdast'
import type { Plan } from '../../document/plan.ts'
import type { Runbook } from '../../model/runbook.ts'
import { steps } from '../../model/runbook.ts'
import type { BuildInfo } from '../content/build-info.ts'
import { contactsPage, onCallPage } from '../content/contacts.ts'
import type { ContactsPage, OnCallPage, ShownPolicy } from '../content/contacts.ts'
import { homeOf } from '../content/home.ts'
import type { Home } from '../content/home.ts'
import { readDrills } from '../content/drills.ts'
import { showMethods, showRole } from '../content/people.ts'
import type { Audience, ShownMethod, ShownPerson } from '../content/people.ts'
import { readProject } from '../content/project.ts'
import { servicesPage } from '../content/tables.ts'
import type { ServicesPage } from '../content/tables.ts'
import { indexNodes } from '../remark/index-nodes.ts'
import type { NodeIndex } from '../remark/index-nodes.ts'
import { pageOf } from '../remark/runbook-page.ts'

/** Everything that the pages of a pack say: plain data, computed by what computes the site. */
export type PackContent = {
  info: BuildInfo
  audience: Audience
  home: Home
  services: ServicesPage
  contacts: ContactsPage
  onCall: OnCallPage
  runbooks: PackRunbook[]
  /** People whose numbers are in the pack and nowhere else; none in a public pack. */
  privatePeople: PrivatePerson[]
}

export type PackRunbook = {
  runbook: Runbook
  index: NodeIndex
  children: RootContent[]
  callees: { role: string; people: ShownPerson[] }[]
  policies: ShownPolicy[]
}

export type PrivatePerson = { name: string; title?: string; roles: string[]; methods: ShownMethod[] }

export function packContent(root: string, audience: Audience, info: BuildInfo, atMs: number): PackContent {
  const { plan, runbooks } = readProject(root)
  const contacts = contactsPage(plan, audience, atMs)
  return {
    info,
    audience,
    contacts,
    onCall: onCallPage(plan, audience, atMs),
    home: homeOf(plan, runbooks, contacts.onCall),
    services: servicesPage(plan, runbooks, readDrills(root).drills),
    runbooks: runbooks.map((runbook) => ({
      runbook,
      index: indexNodes(runbook.nodes),
      children: pageOf(root, runbook.id, audience, atMs),
      callees: calleesOf(plan, runbook, audience),
      policies: policiesOf(plan, runbook, contacts),
    })),
    privatePeople: audience === 'public' ? [] : privatePeople(plan),
  }
}

/** Everyone who may have to act in this runbook: the owner of its service first, then the roles of its nodes. */
function calleesOf(plan: Plan, runbook: Runbook, audience: Audience): PackRunbook['callees'] {
  const owner = plan.services[runbook.service]?.owner
  const decided = [...indexNodes(runbook.nodes).decisions.values()].map((decision) => decision.role)
  const roles = [owner, ...decided, ...steps(runbook.nodes).map((step) => step.role)]
  const named = new Set(roles.filter((role) => role !== undefined))
  return [...named].map((role) => ({ role, people: showRole(plan, role, audience) }))
}

function policiesOf(plan: Plan, { service }: Runbook, { policies }: ContactsPage): ShownPolicy[] {
  return policies.filter(({ id }) => plan.contacts.policies[id]?.services.includes(service))
}

function privatePeople({ contacts }: Plan): PrivatePerson[] {
  return Object.values(contacts.people)
    .filter(({ privacy }) => privacy === 'private')
    .map(({ name, title, roles, methods }) => ({
      name,
      roles,
      methods: showMethods(methods),
      ...(title === undefined ? {} : { title }),
    }))
}
