import type { Phase } from './message-words.ts'

/** What a runbook is, once read. Plain data: it is cached, hashed and handed to other processes as JSON. */

/** Where something stands: file relative to the project; line and column from 1. */
export type Place = { file: string; line: number; column: number }

export type Danger = 'safe' | 'caution' | 'destructive'
/** How it is shown to people; what is safe needs no mark. */
export const DANGER_MARKS: Record<Danger, string> = {
  safe: '',
  caution: '▲ CAUTION',
  destructive: '■ DESTRUCTIVE',
}
export type Severity = 'sev1' | 'sev2' | 'sev3' | 'sev4'
export type FenceRole = 'check' | 'run' | 'verify' | 'rollback'
export type FenceLanguage = 'ts' | 'sh' | 'sql'
export type ValueType = 'string' | 'number' | 'boolean'
export type Value = string | number | boolean

/** A code block that the runner executes. */
export type Fence = {
  role: FenceRole
  lang: FenceLanguage
  /** The exact text that runs: the block's own, or that of the script it names. */
  code: string
  /** The first line of that text, in the runbook or in the script. */
  place: Place
  /** The script that `file=` names. */
  script?: string
  /** The target of a `sql` fence. */
  on?: string
  /** The inputs and outputs that a `sql` fence binds as $1, $2 … */
  bind: string[]
}

/** `decision=choice`: the node is skipped unless that choice was made. */
export type Condition = { decision: string; choice: string }

/** `when` holds every condition that must be met; a node of a used runbook also has those of its `<Use>`. */
type Common = { id: string; title: string; prose: string; place: Place; when: Condition[] }

export type Step = Common & {
  kind: 'step'
  role?: string
  danger: Danger
  /** What a destructive step acts on; typed by the operator where the environment is protected. */
  target?: string
  expectMs?: number
  timeoutMs: number
  retries: number
  approvals: number
  outputs: Record<string, ValueType>
  fences: Fence[]
}
export type Choice = { value: string; title: string; prose: string; place: Place }
export type Decision = Common & {
  kind: 'decision'
  role?: string
  expectMs?: number
  default?: string
  choices: Choice[]
}
export type Parallel = Common & { kind: 'parallel'; steps: Step[] }
export type Inform = Common & {
  kind: 'inform'
  audience: string
  template: string
  phase?: Phase
  text: string
  expectMs?: number
}
/** Another runbook as part of this one; the ids of its nodes are prefixed with `<id>/`. */
export type Use = Common & { kind: 'use'; runbook: string; nodes: Node[] }

export type Node = Step | Decision | Parallel | Inform | Use
export type NodeKind = Node['kind']

export type InputSpec = {
  type: ValueType | 'secret'
  prompt: string
  default?: Value
  choices?: string[]
  pattern?: string
}

/** A program that has to be there, and the least version that will do. */
export type Requirement = { program: string; version?: string }

/** A file whose bytes decide what runs. */
export type Source = { file: string; sha256: string }

export type Runbook = {
  id: string
  file: string
  title: string
  summary: string
  service: string
  severity: Severity
  triggers: string[]
  requires: Requirement[]
  inputs: Record<string, InputSpec>
  drill?: { fault: string; on: string }
  /** The prose before the first node. */
  intro: string
  nodes: Node[]
  /** The runbook, the runbooks it uses, and every script and template they run. */
  sources: Source[]
  /** SHA-256 over `sources`. */
  digest: string
}

/** Every node that does something, in the order in which it is reached; a `Use` contributes its own nodes. */
export type Executable = Step | Decision | Inform | Parallel

export function executables(nodes: readonly Node[]): readonly Executable[] {
  const known = flattened.get(nodes)
  if (known) return known
  const flat = nodes.flatMap((node) => (node.kind === 'use' ? executables(node.nodes) : [node]))
  flattened.set(nodes, flat)
  return flat
}

/** It is asked for several times in every step. */
const flattened = new WeakMap<readonly Node[], readonly Executable[]>()

/** Every step, those inside `Parallel` and `Use` included. */
export function steps(nodes: readonly Node[]): Step[] {
  return executables(nodes).flatMap((node) =>
    node.kind === 'step' ? [node] : node.kind === 'parallel' ? node.steps : [],
  )
}
