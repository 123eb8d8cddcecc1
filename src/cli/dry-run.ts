import { dangerOf } from '../host/danger.ts'
import type { Environment } from '../model/environment.ts'
import type { ExitName } from '../model/exit-code.ts'
import type { Executable, Runbook } from '../model/runbook.ts'
import { executables } from '../model/runbook.ts'
import { dangerText, dryRunLines } from '../runner/dry-run.ts'
import { openEnvironment } from './environment.ts'
import type { OpenEnvironment } from './environment.ts'
import type { Given } from './inputs.ts'

/** A dry run starts nothing and reads no secret: without a lab that is up, the targets are simply not known. */
export async function openExisting(
  name: string,
  environment: Environment,
  labName: string | undefined,
): Promise<OpenEnvironment> {
  const open = { name, protected: environment.protected, targets: {}, secrets: [], lab: undefined }
  if (!environment.lab)
    return (await openEnvironment(name, environment, () => Promise.reject(new Error('not a lab')))).current()
  const labs = await import('../lab/index.ts')
  const lab = await labs.open(labName ?? labs.defaultOptions.name)
  return lab ? (await openEnvironment(name, environment, () => Promise.resolve(lab))).current() : open
}

/** Prints every node with what it would execute. */
export function dryRun(
  runbook: Runbook,
  given: Given,
  environment: OpenEnvironment,
  say: (line: string) => void,
): ExitName {
  const secretInputs = new Set(
    Object.keys(runbook.inputs).filter((name) => runbook.inputs[name]?.type === 'secret'),
  )
  for (const [index, node] of executables(runbook.nodes).entries()) {
    const when = node.when.map(({ decision, choice }) => `, if ${decision} is ${choice}`).join('')
    const tag = dangerText({ danger: dangerOf(node), target: targetOf(node) })
    say(`\n[${index + 1}] ${node.title}  ${node.id}${tag}${when}`)
    for (const line of dryRunLines(node, {
      targets: environment.targets,
      inputs: given.inputs,
      outputs: {},
      secretInputs,
    }))
      say(`  ${line}`)
  }
  say('\nNothing was executed, and nothing was recorded.')
  return 'ok'
}

/** The steps of a group say their own. */
function targetOf(node: Executable): string | undefined {
  return node.kind === 'step' ? node.target : undefined
}
