import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { Plan } from '../../document/plan.ts'
import { OperatorError } from '../../model/problem.ts'
import { withheldValues } from './people.ts'
import type { Audience } from './people.ts'

const TEXT = /\.(html|js|json|css|xml|txt|ics|vcf)$/

/** The last line of defence: no file of a build may hold a way to reach someone that this build leaves out. */
export function refuseLeaks(outDir: string, plan: Plan, audience: Audience): void {
  const withheld = withheldValues(plan, audience)
  if (withheld.length === 0) return
  const files = readdirSync(outDir, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && TEXT.test(entry.name),
  )
  for (const entry of files) {
    const file = path.join(entry.parentPath, entry.name)
    refuseLeak(path.relative(path.dirname(outDir), file), readFileSync(file, 'utf8'), withheld, audience)
  }
}

/** Refuses one file that holds any of `withheld`; the value itself is not repeated. */
export function refuseLeak(file: string, text: string, withheld: string[], audience: Audience): void {
  if (!withheld.some((value) => text.includes(value))) return
  throw new OperatorError('refused', {
    file,
    message: `holds a contact that a build for ${audience} readers leaves out`,
    hint: 'See privacy in docs/plan/contacts.yaml; prose must not repeat what it keeps back.',
  })
}
