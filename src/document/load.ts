import type { Code, RootContent } from 'mdast'
import { OperatorError, attempt } from '../model/problem.ts'
import type { Problem } from '../model/problem.ts'
import type { InputSpec, Node, Requirement, Runbook, Use } from '../model/runbook.ts'
import { steps } from '../model/runbook.ts'
import { shClash } from '../model/shell.ts'
import { checkReferences } from './references.ts'
import { proseText } from './element.ts'
import { frontMatter as frontMatterSchema } from './front-matter.ts'
import type { FrontMatter } from './front-matter.ts'
import { readNodes } from './nodes.ts'
import { parseDocument } from './parse.ts'
import { ProjectFiles, digestOf } from './project-files.ts'
import { importedFiles } from './scripts.ts'
import { sweep } from './sweep.ts'
import { sortedProblems } from './sorted.ts'
import { parseYaml } from './yaml.ts'

export type Loaded = { runbook: Runbook; problems: [] } | { runbook: undefined; problems: Problem[] }

/** `runbooks/<id>.mdx`; an id may name a subfolder: `backup/restore-test`. */
export function runbookFile(id: string): string {
  return `runbooks/${id}.mdx`
}

/** One name for each file of runbooks/, and none for others: the lock of a run goes by it. */
function isId(id: string): boolean {
  return id.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

/**
 * Reads a runbook, the runbooks it uses and every script they run. Either all of it is right, or every mistake is reported at
 * once and nothing is returned that could run.
 */
export function loadRunbook(root: string, id: string): Loaded {
  const problems: Problem[] = []
  return attempt(
    () => load(root, id, problems),
    (more) => ({ runbook: undefined, problems: sortedProblems([...problems, ...more]) }),
  )
}

function load(root: string, id: string, problems: Problem[]): Loaded {
  const files = new ProjectFiles(root)
  const readFile = (file: string): string | undefined => files.readOrTell(file, problems)
  const draft = readDraft(id, files, problems, [])
  if (!draft) return { runbook: undefined, problems: sortedProblems(problems) }
  for (const step of steps(draft.nodes))
    for (const fence of step.fences) importedFiles(fence, readFile, problems)
  problems.push(...checkReferences(draft.nodes, draft.inputs))
  const { matter } = draft
  if (!matter || problems.length > 0) return { runbook: undefined, problems: sortedProblems(problems) }
  const sources = files.sources()
  const { intro, nodes, inputs = {} } = draft
  const runbook = {
    id,
    file: runbookFile(id),
    ...matter,
    inputs,
    intro,
    nodes,
    sources,
    digest: digestOf(sources),
  }
  return { runbook, problems: [] }
}

/** As loadRunbook, but mistakes are thrown as one OperatorError. */
export function requireRunbook(root: string, id: string): Runbook {
  const { runbook, problems } = loadRunbook(root, id)
  if (runbook) return runbook
  throw new OperatorError('usage', problems)
}

/** What could be read of a runbook, mistakes or not: they are all wanted at once. */
type Draft = {
  /** Undefined when it has a mistake, as are the inputs, which stand in it. */
  matter: Matter | undefined
  inputs: Record<string, InputSpec> | undefined
  intro: string
  nodes: Node[]
}
type Matter = Omit<FrontMatter, 'inputs' | 'drill'> & Pick<Runbook, 'drill'>

function readDraft(
  id: string,
  files: ProjectFiles,
  problems: Problem[],
  within: readonly string[],
): Draft | undefined {
  const file = runbookFile(id)
  const source = isId(id) ? files.read(file) : undefined
  if (source === undefined) {
    const instead = isId(id) ? files.instead(file) : undefined
    problems.push(
      instead === undefined
        ? {
            file,
            message: 'there is no such runbook',
            hint: 'npm run runbook -- --list names those there are.',
          }
        : { file, message: `expected a runbook, found ${instead}` },
    )
    return undefined
  }
  const parsed = parseDocument(source, file)
  if ('problem' in parsed) {
    problems.push(parsed.problem)
    readFrontMatter(parsed.frontMatter, file, problems)
    return undefined
  }
  const matter = readFrontMatter(parsed.frontMatter, file, problems)
  const taken = new Set<Code>()
  const readFile = (name: string): string | undefined => files.readOrTell(name, problems)
  const read = readNodes(parsed.tree.children, { file, source, problems, readFile, taken })
  problems.push(...sweep(parsed.tree, taken, file))
  if (!parsed.tree.children.some(isTag))
    problems.push({ file, line: 1, column: 1, message: 'a runbook needs at least one <Step>' })
  const intro = introText(parsed.tree.children, source)
  const { nodes, used } = resolveUses(read, files, problems, [...within, id])
  if (!matter) return { matter, inputs: undefined, intro, nodes }
  const { inputs: own, drill, ...rest } = matter
  const inputs = mergeInputs(own, used, problems)
  const requires = [...rest.requires, ...used.flatMap((one) => one.requires)]
  return { matter: { ...rest, requires, ...(drill ? { drill } : {}) }, inputs, intro, nodes }
}

function isTag(node: RootContent): boolean {
  return node.type === 'mdxJsxFlowElement'
}

function readFrontMatter(
  found: { text: string; firstLine: number } | undefined,
  file: string,
  problems: Problem[],
): FrontMatter | undefined {
  if (!found) {
    problems.push({
      file,
      line: 1,
      column: 1,
      message: 'expected front matter between --- lines: title, summary, service, severity',
    })
    return undefined
  }
  const result = parseYaml(found.text, frontMatterSchema, file, found.firstLine)
  problems.push(...result.problems)
  return result.value
}

function introText(children: readonly RootContent[], source: string): string {
  const first = children.findIndex(isTag)
  const before = children
    .slice(0, first === -1 ? children.length : first)
    .filter((child) => child.type !== 'yaml')
  return proseText(before, new Set(), source)
}

type Used = { use: Use; inputs: Record<string, InputSpec> | undefined; requires: Requirement[] }

/** Puts the nodes of a used runbook in the place of its `<Use>`, with their ids prefixed. */
function resolveUses(
  nodes: readonly Node[],
  files: ProjectFiles,
  problems: Problem[],
  within: readonly string[],
): { nodes: Node[]; used: Used[] } {
  const used: Used[] = []
  const resolved = nodes.map((node) => {
    if (node.kind !== 'use') return node
    const draft = readUsed(node, files, problems, within)
    if (!draft) return node
    used.push({ use: node, inputs: draft.inputs, requires: draft.matter?.requires ?? [] })
    return { ...node, nodes: draft.nodes.map((inner) => prefixed(inner, node)) }
  })
  return { nodes: resolved, used }
}

function readUsed(
  { runbook: id, place }: Use,
  files: ProjectFiles,
  problems: Problem[],
  within: readonly string[],
): Draft | undefined {
  if (within.includes(id)) {
    const cycle = [...within, id].join(' uses ')
    problems.push({ ...place, message: `<Use runbook="${id}"> makes a cycle: ${cycle}` })
    return undefined
  }
  if (isId(id) && files.read(runbookFile(id)) !== undefined) return readDraft(id, files, problems, within)
  problems.push({ ...place, message: `<Use runbook="${id}">: there is no ${runbookFile(id)}` })
  return undefined
}

/** The operator is asked once for an input that several runbooks share; undefined when one of them could not be read. */
function mergeInputs(
  own: Record<string, InputSpec>,
  used: readonly Used[],
  problems: Problem[],
): Record<string, InputSpec> | undefined {
  const merged: Record<string, InputSpec> = {}
  for (const { use, inputs } of used)
    for (const [name, spec] of Object.entries(inputs ?? {})) {
      const other = own[name] ?? merged[name]
      if (other && other.type !== spec.type)
        problems.push({
          ...use.place,
          message: `the input "${name}" is a ${spec.type} in ${use.runbook}, and a ${other.type} here`,
        })
      const clash = shClash('INPUT', name, Object.keys({ ...own, ...merged }))
      if (clash !== undefined) problems.push({ ...use.place, message: clash })
      merged[name] = spec
    }
  return used.some(({ inputs }) => inputs === undefined) ? undefined : { ...merged, ...own }
}

function prefixed<T extends Node>(node: T, use: Use): T
function prefixed(node: Node, use: Use): Node {
  const own = node.when.map(({ decision, choice }) => ({ decision: `${use.id}/${decision}`, choice }))
  const moved = { id: `${use.id}/${node.id}`, when: [...use.when, ...own] }
  if (node.kind === 'parallel')
    return { ...node, ...moved, steps: node.steps.map((step) => prefixed(step, use)) }
  if (node.kind === 'use')
    return { ...node, ...moved, nodes: node.nodes.map((inner) => prefixed(inner, use)) }
  return { ...node, ...moved }
}
