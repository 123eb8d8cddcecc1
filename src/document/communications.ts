import type { z } from 'zod'
import { communicationsFile } from '../model/communication.ts'
import type { Communications } from '../model/communication.ts'
import { attempt } from '../model/problem.ts'
import type { Problem } from '../model/problem.ts'
import { regulationsFile } from '../model/regulation.ts'
import type { Regulations } from '../model/regulation.ts'
import type { Source } from '../model/runbook.ts'
import { suggest } from '../model/suggest.ts'
import { ProjectFiles } from './project-files.ts'
import { parseYaml, unread } from './yaml.ts'
import type { Parsed } from './yaml.ts'

/** Plan files that a project may do without: then messages go to files, and no clock is known. */
export const MESSAGE_FILES = {
  communications: 'docs/plan/communications.yaml',
  regulations: 'docs/plan/regulations.yaml',
} as const

export type LoadedCommunications = {
  /** Undefined when the file has a mistake. */
  communications: Communications | undefined
  regulations: Regulations | undefined
  problems: Problem[]
  sources: Source[]
}

/** Reads who is told by which channel, and the duties to report. */
export function loadCommunications(
  root: string,
  environments: readonly string[] | undefined,
): LoadedCommunications {
  const files = new ProjectFiles(root)
  const communications = readOptional(files, MESSAGE_FILES.communications, communicationsFile)
  const regulations = readOptional(files, MESSAGE_FILES.regulations, regulationsFile)
  return {
    communications: communications.value,
    regulations: regulations.value?.regulations,
    problems: [
      ...communications.problems,
      ...regulations.problems,
      ...(communications.value ? checkCommunications(communications, environments) : []),
      ...(regulations.value ? checkRegulations(regulations) : []),
    ],
    sources: files.sources(),
  }
}

function readOptional<T>(files: ProjectFiles, file: string, schema: z.ZodType<T>): Parsed<T> {
  return attempt<Parsed<T>>(
    () => parseYaml(files.readIfThere(file) ?? '{}\n', schema, file),
    (problems) => unread(file, problems),
  )
}

/** Every channel, secret and environment that is named exists. */
function checkCommunications(
  { value, locate }: Extract<Parsed<Communications>, { problems: [] }>,
  environments: readonly string[] | undefined,
): Problem[] {
  const problems: Problem[] = []
  const known = (
    what: string,
    name: string,
    names: readonly string[] | undefined,
    path: PropertyKey[],
  ): void => {
    if (names && !names.includes(name))
      problems.push({
        ...locate(path),
        message: `there is no ${what} "${name}"`,
        hint: suggest(name, names),
        rule: 'plan-references',
      })
  }
  for (const [id, { channels }] of Object.entries(value.audiences))
    for (const [index, channel] of channels.entries())
      known('channel', channel, Object.keys(value.channels), ['audiences', id, 'channels', index])
  for (const [id, channel] of Object.entries(value.channels)) {
    if ('environments' in channel)
      for (const [index, name] of channel.environments.entries())
        known('environment', name, environments, ['channels', id, 'environments', index])
    for (const [field, content] of Object.entries(channel))
      if (typeof content === 'object' && 'secret' in content)
        known('secret', content.secret, Object.keys(value.secrets), ['channels', id, field, 'secret'])
    if ('url' in channel && typeof channel.url === 'string' && !isSafeAddress(channel.url))
      problems.push({
        ...locate(['channels', id, 'url']),
        message: 'http would send the message, and what authorizes it, in the clear',
        hint: 'Use https; http is only for 127.0.0.1 and localhost.',
        rule: 'plan-references',
      })
  }
  return problems
}

function isSafeAddress(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || hostname === '127.0.0.1' || hostname === 'localhost' || hostname === '[::1]'
}

/** A notice that starts with the submission of another comes after it. */
function checkRegulations({
  value,
  locate,
}: Extract<Parsed<{ regulations: Regulations }>, { problems: [] }>): Problem[] {
  return Object.entries(value.regulations).flatMap(([id, { notices }]) =>
    Object.entries(notices).flatMap(([notice, { due }], position) =>
      due.flatMap(({ from }, index) =>
        Object.keys(notices).indexOf(from) < position
          ? []
          : [
              {
                ...locate(['regulations', id, 'notices', notice, 'due', index, 'from']),
                message: `"${from}" is this notice or a later one: a notice starts with an earlier one`,
              },
            ],
      ),
    ),
  )
}
