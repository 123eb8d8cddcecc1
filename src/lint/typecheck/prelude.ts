import path from 'node:path'
import { declaredTargets } from '../../document/plan-references.ts'
import type { InputSpec, Runbook, ValueType } from '../../model/runbook.ts'
import type { Plan } from '../../document/plan.ts'
import type { FenceInStep } from '../walk.ts'
import { outputsBefore } from '../walk.ts'

const API = path.join(import.meta.dirname, '..', '..', 'fences', 'api.ts')

/**
 * What a fence sees, as declarations on one line: the inputs of the runbook, the outputs that are there by then, the targets of
 * services.yaml by their kinds. Types are named through import() so that no name is taken from the author.
 */
export function prelude(both: FenceInStep, runbook: Runbook, plan: Plan): string {
  const api = `import(${JSON.stringify(API)})`
  return [
    `import 'zx/globals'`,
    `declare const assert: typeof import('node:assert/strict')`,
    `declare const input: ${inputType(runbook.inputs)}`,
    `declare const outputs: ${objectType(outputsInSight(both, runbook))}`,
    outputDeclaration(both),
    targetDeclaration(plan, api),
    `declare const query: ${api}.Query`,
    `declare const run: ${api}.RunFacts`,
    ...missingDeclarations(both.fence.code),
  ].join('; ')
}

/** Of @types/node, but not of a fence: it is an ES module. */
export const COMMONJS: ReadonlyMap<string, string> = new Map([
  ['require', 'NodeJS.Require'],
  ['module', 'NodeJS.Module'],
  ['exports', 'object'],
  ['__filename', 'string'],
  ['__dirname', 'string'],
])

/** Variables that are never assigned: the compiler reports every use. What the author declares is the author's. */
function missingDeclarations(code: string): string[] {
  return [...COMMONJS].flatMap(([name, type]) =>
    new RegExp(`\\b${name}\\b`).test(code) && !declares(code, name) ? [`let ${name}: ${type}`] : [],
  )
}

const WITHOUT_BRACKETS = String.raw`[^{}[\]]*`
/** `{ … }` or `[ … ]` behind the word that declares what stands in it, with brackets up to two deep. */
const DESTRUCTURED = new RegExp(
  String.raw`(?:\b(?:const|let|var|import)|,)\s*([{[]${nested(nested(WITHOUT_BRACKETS))}[}\]])\s*(?:[=:](?![=>])|from\b|of\b|in\b)`,
  'g',
)

function nested(inner: string): string {
  return String.raw`(?:[^{}[\]]|[{[]${inner}[}\]])*`
}

function declares(code: string, name: string): boolean {
  const word = `(?:const|let|var|function|class|import|as)`
  const alone = `\\b${word}\\s+${name}\\b|,\\s*${name}\\s*=[^=>]`
  // Not a key, `module: m`, nor a default, `a = module`.
  const among = new RegExp(`(?:[{[,:]|\\.\\.\\.)\\s*${name}\\s*[,}\\]=]`)
  return (
    new RegExp(alone).test(code) ||
    [...code.matchAll(DESTRUCTURED)].some(([, declared = '']) => among.test(declared))
  )
}

/** An unknown name is a mistake of its own; its target is then `any`, so that no other mistake follows from it. */
function targetDeclaration(plan: Plan, api: string): string {
  const members = [...declaredTargets(plan.services)].map(
    ([name, kind]) => [name, JSON.stringify(kind)] as const,
  )
  const kinds = membersType(members)
  return [
    `declare const target: <N extends string>(`,
    `name: N & (N extends keyof ${kinds} ? unknown : keyof ${kinds})) => `,
    `N extends keyof ${kinds} ? ${api}.Targets[${kinds}[N]] : any`,
  ].join('')
}

/** What a step sets itself is there only once it has run. */
export function outputsInSight({ step, fence }: FenceInStep, runbook: Runbook): Record<string, ValueType> {
  const own = fence.role === 'verify' || fence.role === 'rollback' ? step.outputs : {}
  return { ...outputsBefore(runbook, step), ...own }
}

function outputDeclaration({ step, fence }: FenceInStep): string {
  const names = Object.entries(step.outputs)
  if (fence.role !== 'run' || names.length === 0) return 'declare const output: never'
  const types = objectType(step.outputs)
  return `declare const output: <N extends keyof ${types}>(name: N, value: ${types}[N]) => void`
}

function inputType(inputs: Record<string, InputSpec>): string {
  const members = Object.entries(inputs).map(([name, spec]) => [name, typeOfInput(spec)] as const)
  return membersType(members)
}

function typeOfInput({ type, choices }: InputSpec): string {
  if (type === 'string' && choices) return choices.map((choice) => JSON.stringify(choice)).join(' | ')
  return type === 'secret' ? 'string' : type
}

function objectType(values: Record<string, ValueType>): string {
  return membersType(Object.entries(values))
}

function membersType(members: (readonly [name: string, type: string])[]): string {
  return `{ ${members.map(([name, type]) => `readonly ${JSON.stringify(name)}: ${type}`).join('; ')} }`
}
