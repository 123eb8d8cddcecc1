import type { SecretSource } from '../model/environment.ts'
import { declareSecrets } from './declare-secrets.ts'
import { openCommunications } from './open-communications.ts'
import { openPlan } from './project.ts'
import { readable } from './readable.ts'

/**
 * For what people word where no secret is needed: a note may hold one all the same. Those of all environments and channels that are at
 * hand; what is not set is passed over, and a mistake in the plan keeps nobody from writing something down.
 */
export async function declareKnownSecrets(root: string): Promise<void> {
  const sources = await sourcesOf(root)
  if (sources.length === 0) return
  const { secretsAtHand } = await import('../host/secrets.ts')
  declareSecrets(secretsAtHand(sources))
}

async function sourcesOf(root: string): Promise<SecretSource[]> {
  const plan = (await readable(() => openPlan(root)))?.plan
  if (!plan) return []
  const messages = await readable(() => openCommunications(root, plan))
  const all = [...Object.values(plan.environments), messages?.communications]
  return all.flatMap((one) => Object.values(one?.secrets ?? {}))
}
