import type { Condition } from '../model/runbook.ts'

/** The conditions of each decision: who depends on one of its choices depends on them as well. */
export type Decisions = ReadonlyMap<string, readonly Condition[]>

/** A condition of the one that sets an output which whoever reads it need not meet: a step that a decision leaves out sets nothing. */
export function openCondition(
  setter: readonly Condition[],
  reader: readonly Condition[],
  decisions: Decisions,
): Condition | undefined {
  const met = allConditions(reader, decisions)
  return setter.find(
    ({ decision, choice }) => !met.some((other) => other.decision === decision && other.choice === choice),
  )
}

/** `seen`: a decision that depends on itself is a mistake of its own, told elsewhere. */
function allConditions(
  when: readonly Condition[],
  decisions: Decisions,
  seen: readonly string[] = [],
): Condition[] {
  return when.flatMap((condition) => [
    condition,
    ...(seen.includes(condition.decision)
      ? []
      : allConditions(decisions.get(condition.decision) ?? [], decisions, [...seen, condition.decision])),
  ])
}

/** Of an output: which step sets it, and under which condition this one may run without it. */
export function setsOnlyWhen(setter: string, { decision, choice }: Condition): string {
  return `${setter} sets it only when ${decision} is ${choice}, and this step runs otherwise too`
}
