import type { ContactMethod, EscalationTarget } from '../model/contact.ts'
import { brokenTimes } from '../model/on-call/broken-times.ts'
import type { Environment } from '../model/environment.ts'
import { ROLE_WORDS } from '../model/policy.ts'
import type { Problem } from '../model/problem.ts'
import type { Service } from '../model/service.ts'
import { shClash } from '../model/shell.ts'
import { suggest } from '../model/suggest.ts'
import type { LoadedPlan, Plan, PlanFile } from './plan.ts'

type Path = PropertyKey[]

type Context = {
  plan: Plan
  roles: ReadonlySet<string>
  runbooks: readonly string[]
  report: (file: PlanFile, path: Path, message: string, hint?: string) => void
}

/** What the four plan files say of each other, and of the runbooks, leads somewhere. */
export function checkPlan(plan: Plan, runbooks: readonly string[], locate: LoadedPlan['locate']): Problem[] {
  const problems: Problem[] = []
  const roles = new Set(Object.values(plan.contacts.people).flatMap((person) => person.roles))
  const report: Context['report'] = (file, path, message, hint) =>
    problems.push({ ...locate(file, path), message, rule: 'plan-references', hint })
  const context = { plan, roles, runbooks, report }
  checkServices(context)
  checkTargetNames(context)
  checkCycles(context)
  checkEnvironments(context)
  checkPeople(context)
  checkPolicies(context)
  checkOnCall(context)
  checkSchedule(context)
  return problems
}

/** An own property: `constructor` is not a service. */
function known(names: object, name: string): boolean {
  return Object.hasOwn(names, name)
}

function service(context: Context, file: PlanFile, path: Path, name: string): void {
  const { services } = context.plan
  if (!known(services, name))
    context.report(file, path, `there is no service "${name}"`, suggest(name, Object.keys(services)))
}

function person(context: Context, file: PlanFile, path: Path, id: string): void {
  const { people } = context.plan.contacts
  if (!known(people, id))
    context.report(file, path, `"${id}" is not a person of contacts.yaml`, suggest(id, Object.keys(people)))
}

function role(context: Context, file: PlanFile, path: Path, name: string): void {
  if (!context.roles.has(name))
    context.report(file, path, `nobody in contacts.yaml has the role "${name}"`, suggest(name, context.roles))
}

function runbook(context: Context, file: PlanFile, path: Path, id: string): void {
  if (!context.runbooks.includes(id))
    context.report(file, path, `there is no runbook runbooks/${id}.mdx`, suggest(id, context.runbooks))
}

function checkServices(context: Context): void {
  for (const [name, value] of Object.entries(context.plan.services)) {
    const at: Path = ['services', name]
    role(context, 'services', [...at, 'owner'], value.owner)
    person(context, 'services', [...at, 'objective', 'approvedBy'], value.objective.approvedBy)
    value.dependsOn.forEach((other, index) =>
      service(context, 'services', [...at, 'dependsOn', index], other),
    )
    value.runbooks.forEach((id, index) => runbook(context, 'services', [...at, 'runbooks', index], id))
  }
}

function checkTargetNames(context: Context): void {
  const before: string[] = []
  for (const [service, { targets }] of Object.entries(context.plan.services))
    for (const target of Object.keys(targets)) {
      const name = `${service}.${target}`
      const clash = shClash('TARGET', name, before)
      if (clash !== undefined) context.report('services', ['services', service, 'targets', target], clash)
      before.push(name)
    }
}

/** Each cycle is reported once, at the dependency that closes it. */
function checkCycles(context: Context): void {
  const { services } = context.plan
  const done = new Set<string>()
  const visit = (name: string, within: string[]): void => {
    if (done.has(name) || !known(services, name)) return
    services[name]?.dependsOn.forEach((other, index) => {
      const start = [...within, name].indexOf(other)
      if (start === -1) return visit(other, [...within, name])
      const cycle = [...within, name].slice(start).concat(other).join(' → ')
      context.report(
        'services',
        ['services', name, 'dependsOn', index],
        `the dependencies make a cycle: ${cycle}`,
        'A recovery order exists only without cycles.',
      )
    })
    done.add(name)
  }
  for (const name of Object.keys(services)) visit(name, [])
}

function checkEnvironments(context: Context): void {
  const { defaultEnvironment, environments, services } = context.plan
  if (!known(environments, defaultEnvironment))
    context.report(
      'environments',
      ['default'],
      `there is no environment "${defaultEnvironment}"`,
      suggest(defaultEnvironment, Object.keys(environments)),
    )
  const declared = declaredTargets(services)
  for (const [name, environment] of Object.entries(environments)) {
    checkProvided(context, name, environment, declared)
    checkSecrets(context, name, environment)
    checkRoles(context, name, environment)
  }
}

/** `<service>.<target>` to its kind, for every service. */
export function declaredTargets(services: Record<string, Service>): Map<string, Service['targets'][string]> {
  return new Map(
    Object.entries(services).flatMap(([name, { targets }]) =>
      Object.entries(targets).map(([target, kind]) => [`${name}.${target}`, kind] as const),
    ),
  )
}

function checkProvided(
  context: Context,
  name: string,
  environment: Environment,
  declared: ReturnType<typeof declaredTargets>,
): void {
  const at: Path = ['environments', name, 'targets']
  for (const [target, { kind }] of Object.entries(environment.targets)) {
    const expected = declared.get(target)
    if (expected === undefined)
      context.report(
        'environments',
        [...at, target],
        `no service declares the target "${target}"`,
        suggest(target, declared.keys()),
      )
    else if (expected !== kind)
      context.report(
        'environments',
        [...at, target, 'kind'],
        `${target} is of kind ${kind}: services.yaml declares ${expected}`,
      )
  }
  if (environment.lab) return
  for (const [target, kind] of declared)
    if (!known(environment.targets, target))
      context.report(
        'environments',
        at,
        `environment ${name} does not provide ${target}, a target of kind ${kind}`,
        'Every environment but the lab provides what services.yaml declares.',
      )
}

function checkSecrets(context: Context, name: string, environment: Environment): void {
  for (const [target, spec] of Object.entries(environment.targets)) {
    const secret = spec.kind === 'postgres' ? spec.password?.secret : undefined
    if (secret !== undefined && !known(environment.secrets, secret))
      context.report(
        'environments',
        ['environments', name, 'targets', target, 'password', 'secret'],
        `the secret "${secret}" has no source in environment ${name}`,
        `Say under environments.${name}.secrets where it is read from: env, file or command.`,
      )
  }
}

/** Every role that a policy names is somebody's: otherwise nobody could run or approve the step. */
function checkRoles(context: Context, name: string, { policy }: Environment): void {
  if (!policy) return
  const at: Path = ['environments', name, 'policy']
  const check = (path: Path, roles: readonly string[] = []): void =>
    roles.forEach((wanted, index) => {
      if (!ROLE_WORDS.has(wanted)) role(context, 'environments', [...path, index], wanted)
    })
  for (const [danger, roles] of Object.entries(policy.roles ?? {})) check([...at, 'roles', danger], roles)
  check([...at, 'approvers'], policy.approvers)
}

function checkPeople(context: Context): void {
  const { people, vendors, regulators } = context.plan.contacts
  for (const [id, { backup }] of Object.entries(people))
    if (backup !== undefined) {
      person(context, 'contacts', ['people', id, 'backup'], backup)
      if (backup === id)
        context.report('contacts', ['people', id, 'backup'], `${id} cannot stand in for themselves`)
    }
  const reachable: Record<string, Record<string, { methods: ContactMethod[] }>> = {
    people,
    vendors,
    regulators,
  }
  for (const [kind, entries] of Object.entries(reachable))
    for (const [id, { methods }] of Object.entries(entries))
      methods.forEach(({ verifiedBy }, index) => {
        if (verifiedBy !== undefined)
          person(context, 'contacts', [kind, id, 'methods', index, 'verifiedBy'], verifiedBy)
      })
  for (const [id, { services }] of Object.entries(vendors))
    services.forEach((name, index) => service(context, 'contacts', ['vendors', id, 'services', index], name))
}

function checkPolicies(context: Context): void {
  for (const [id, policy] of Object.entries(context.plan.contacts.policies)) {
    const at: Path = ['policies', id]
    policy.services.forEach((name, index) => service(context, 'contacts', [...at, 'services', index], name))
    policy.levels.forEach(({ targets }, level) =>
      targets.forEach((target, index) =>
        escalationTarget(context, [...at, 'levels', level, 'targets', index], target),
      ),
    )
    if (policy.fallback) escalationTarget(context, [...at, 'fallback'], policy.fallback)
  }
}

function escalationTarget(context: Context, path: Path, { kind, id }: EscalationTarget): void {
  const { schedules } = context.plan.contacts
  if (kind === 'person') person(context, 'contacts', path, id)
  if (kind === 'role') role(context, 'contacts', path, id)
  if (kind === 'schedule' && !known(schedules, id))
    context.report(
      'contacts',
      path,
      `there is no on-call schedule "${id}"`,
      suggest(id, Object.keys(schedules)),
    )
}

function checkOnCall(context: Context): void {
  for (const [id, schedule] of Object.entries(context.plan.contacts.schedules)) {
    const at: Path = ['schedules', id]
    schedule.layers.forEach(({ users }, layer) =>
      users.forEach((user, index) =>
        person(context, 'contacts', [...at, 'layers', layer, 'users', index], user),
      ),
    )
    schedule.overrides.forEach(({ user }, index) =>
      person(context, 'contacts', [...at, 'overrides', index, 'user'], user),
    )
    for (const { path, message } of brokenTimes(schedule))
      context.report(
        'contacts',
        [...at, ...path],
        message,
        'Clocks go forward over it. Choose a time that every day of the time zone has, such as 09:00.',
      )
  }
}

function checkSchedule(context: Context): void {
  const { backups, verifications, drills, reviews } = context.plan.schedule
  for (const [kind, entries] of Object.entries({ backups, verifications, drills, reviews }))
    for (const [id, { owner }] of Object.entries(entries))
      role(context, 'schedule', [kind, id, 'owner'], owner)
  for (const [kind, entries] of Object.entries({ backups, verifications, drills }))
    for (const [id, entry] of Object.entries(entries))
      if (entry.runbook !== undefined) runbook(context, 'schedule', [kind, id, 'runbook'], entry.runbook)
  checkBackups(context)
  for (const [id, drill] of Object.entries(drills)) {
    const { environments } = context.plan
    if (!known(environments, drill.environment))
      context.report(
        'schedule',
        ['drills', id, 'environment'],
        `there is no environment "${drill.environment}"`,
        suggest(drill.environment, Object.keys(environments)),
      )
    if (drill.absent !== undefined) person(context, 'schedule', ['drills', id, 'absent'], drill.absent)
  }
}

function checkBackups(context: Context): void {
  const { backups, verifications } = context.plan.schedule
  const targets = declaredTargets(context.plan.services)
  for (const [id, backup] of Object.entries(backups)) {
    service(context, 'schedule', ['backups', id, 'service'], backup.service)
    const target = `${backup.service}.${backup.target ?? ''}`
    if (backup.target !== undefined && known(context.plan.services, backup.service) && !targets.has(target))
      context.report(
        'schedule',
        ['backups', id, 'target'],
        `services.yaml declares no target ${target}`,
        suggest(target, targets.keys()),
      )
  }
  for (const [id, { backup }] of Object.entries(verifications))
    if (!known(backups, backup))
      context.report(
        'schedule',
        ['verifications', id, 'backup'],
        `there is no backup "${backup}"`,
        suggest(backup, Object.keys(backups)),
      )
}
