import type { Plan } from '../document/plan.ts'
import type { Target } from '../fences/api.ts'
import type { Environment, TargetSpec } from '../model/environment.ts'
import type { Finding } from '../host/preflight.ts'
import type { Secrets } from '../host/secrets.ts'
import { OperatorError } from '../model/problem.ts'
import type { Lab } from '../lab/index.ts'
import { declareSecrets, redact } from './declare-secrets.ts'

export type OpenEnvironment = {
  name: string
  protected: boolean
  targets: Record<string, Target>
  /** Every secret value, for redaction. */
  secrets: string[]
  lab: Lab | undefined
}

export function findEnvironment(
  plan: Plan,
  wanted: string | undefined,
): { name: string; environment: Environment } {
  const name = wanted ?? plan.defaultEnvironment
  const environment = plan.environments[name]
  if (environment) return { name, environment }
  throw new OperatorError('usage', {
    message: `unknown environment "${name}": expected one of ${Object.keys(plan.environments).join(', ')}`,
    hint: 'docs/plan/environments.yaml declares them.',
  })
}

/** An environment whose secrets are read by the preflight, and can be looked for again. */
export type Opening = {
  /** What is missing of its secrets. */
  look: () => Promise<Finding[]>
  /** A person types a secret; returns what is wrong with it. */
  give: (name: string, value: string) => string | undefined
  /** With the secrets that were read so far. */
  current: () => OpenEnvironment
}

/** Targets from the plan, or from the lab that `findLab` gives. */
export async function openEnvironment(
  name: string,
  environment: Environment,
  findLab: () => Promise<Lab>,
): Promise<Opening> {
  const lab = environment.lab ? await findLab() : undefined
  const specs = lab ? await lab.targets() : environment.targets
  const declared = lab ? {} : environment.secrets
  const secrets = Object.keys(declared).length === 0 ? undefined : await secretsOf(declared)
  const values = (): Record<string, string> => lab?.secrets() ?? secrets?.values ?? {}
  declareSecrets(Object.values(values()))
  const telling = <T>(found: T): T => {
    declareSecrets(Object.values(values()))
    return found
  }
  return {
    look: async () => telling((await secrets?.look()) ?? []),
    give: (secret, value) => telling(secrets?.give(secret, value)),
    current: () => ({
      name,
      protected: environment.protected,
      targets: withSecrets(specs, values()),
      secrets: Object.values(values()),
      lab,
    }),
  }
}

async function secretsOf(declared: Environment['secrets']): Promise<Secrets> {
  const { Secrets } = await import('../host/secrets.ts')
  return new Secrets(declared)
}

/** Puts the values where the plan names secrets. */
function withSecrets(
  specs: Record<string, TargetSpec>,
  secrets: Record<string, string>,
): Record<string, Target> {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]): [string, Target] => {
      if (spec.kind !== 'postgres') return [name, { ...spec, name }]
      const { password, ...rest } = spec
      const value = password === undefined ? undefined : secrets[password.secret]
      return [name, { ...rest, name, ...(value === undefined ? {} : { password: value }) }]
    }),
  )
}

/** What a journal says of the targets: where, never with which secret, also when the address holds one. */
export function targetFacts(
  targets: Record<string, Target>,
): Record<string, { kind: string; address: string; region?: string }> {
  return Object.fromEntries(
    Object.entries(targets).map(([name, target]) => {
      const address = recordedAddress(target)
      const region = 'region' in target && target.region !== undefined ? { region: target.region } : {}
      return [name, { kind: target.kind, address, ...region }]
    }),
  )
}

/** As it stands in journals. */
export function recordedAddress(target: Target | TargetSpec): string {
  return redact(target.kind === 'postgres' ? `${target.host}:${target.port}/${target.database}` : target.url)
}
