import { loadPlan } from '../../document/plan.ts'
import type { Plan } from '../../document/plan.ts'
import { OperatorError } from '../../model/problem.ts'

/** The plan; references in it that lead nowhere keep nobody from writing. */
export function readPlan(root: string): Plan {
  const { plan, problems } = loadPlan(root)
  if (plan) return plan
  throw new OperatorError('usage', problems)
}
