import path from 'node:path'
import { readdirSync } from 'node:fs'
import type { z } from 'zod'
import { contactsFile } from '../model/contact.ts'
import type { Contacts } from '../model/contact.ts'
import { environmentsFile } from '../model/environment.ts'
import type { Environment } from '../model/environment.ts'
import { attempt } from '../model/problem.ts'
import type { Problem } from '../model/problem.ts'
import type { Source } from '../model/runbook.ts'
import { scheduleFile } from '../model/schedule.ts'
import type { Schedule } from '../model/schedule.ts'
import { servicesFile } from '../model/service.ts'
import type { Service } from '../model/service.ts'
import { checkPlan } from './plan-references.ts'
import { ProjectFiles } from './project-files.ts'
import { sortedProblems } from './sorted.ts'
import { parseYaml, unread } from './yaml.ts'
import type { Locate, Parsed } from './yaml.ts'

/** The plan as data: plain, so that it can be cached and handed to another process as JSON. */
export type Plan = {
  services: Record<string, Service>
  defaultEnvironment: string
  environments: Record<string, Environment>
  contacts: Contacts
  schedule: Schedule
}

export const PLAN_FILES = {
  services: 'docs/plan/services.yaml',
  environments: 'docs/plan/environments.yaml',
  contacts: 'docs/plan/contacts.yaml',
  schedule: 'docs/plan/schedule.yaml',
} as const
export type PlanFile = keyof typeof PLAN_FILES

export type LoadedPlan = {
  /** Present when all four files could be read, also when `problems` tells of references that lead nowhere. */
  plan?: Plan
  problems: Problem[]
  /** The files that were read: the plan changes only when their bytes do, or when a runbook comes or goes. */
  sources: Source[]
  /** Where a value of a plan file stands. */
  locate: (file: PlanFile, ...place: Parameters<Locate>) => ReturnType<Locate>
}

/** Reads services, environments, contacts and schedule, and checks what they say of each other. */
export function loadPlan(root: string): LoadedPlan {
  const files = new ProjectFiles(root)
  const services = readPlanFile(files, 'services', servicesFile)
  const environments = readPlanFile(files, 'environments', environmentsFile)
  const contacts = readPlanFile(files, 'contacts', contactsFile)
  const schedule = readPlanFile(files, 'schedule', scheduleFile)
  const read = { services, environments, contacts, schedule }
  const locate: LoadedPlan['locate'] = (file, ...place) => read[file].locate(...place)
  const sources = files.sources()
  if (!services.value || !environments.value || !contacts.value || !schedule.value) {
    const problems = Object.values(read).flatMap((file): Problem[] => file.problems)
    return { problems: sortedProblems(problems), sources, locate }
  }
  const plan: Plan = {
    services: services.value.services,
    defaultEnvironment: environments.value.default,
    environments: environments.value.environments,
    contacts: contacts.value,
    schedule: schedule.value,
  }
  const problems = checkPlan(plan, runbookIds(root), locate)
  return { plan, problems: sortedProblems(problems), sources, locate }
}

function readPlanFile<T>(files: ProjectFiles, name: PlanFile, schema: z.ZodType<T>): Parsed<T> {
  const file = PLAN_FILES[name]
  const failed = (problems: Problem[]): Parsed<T> => unread(file, problems)
  return attempt(() => {
    const text = files.read(file)
    if (text !== undefined) return parseYaml(text, schema, file)
    const instead = files.instead(file)
    const message = instead === undefined ? 'there is no such file' : `expected a file, found ${instead}`
    return failed([{ file, message, hint: 'The plan needs it, even when it is empty.' }])
  }, failed)
}

/** The ids of all runbooks, subfolders included, sorted. */
export function runbookIds(root: string): string[] {
  const folder = path.join(root, 'runbooks')
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.mdx'))
      .map((file) => file.split(path.sep).join('/').slice(0, -'.mdx'.length))
      .sort()
  } catch {
    return []
  }
}
