import type { Code, RootContent } from 'mdast'
import { OperatorError } from '../model/problem.ts'
import type { Problem } from '../model/problem.ts'
import type { InputSpec, Node, Runbook, Use } from '../model/runbook.ts'
import { steps } from '../model/runbook.ts'
import { checkReferences } from './references.ts'
import { proseText } from './element.ts'
import { frontMatter as frontMatterSchema } from './front-matter.ts'
import type { FrontMatter } from './front-matter.ts'
import { readNodes } from './nodes.ts'
import { parseDocument } from './parse.ts'
import { ProjectFiles, digestOf } from './project-files.ts'
import { importedFiles } from './scripts.ts'
import { sweep } from './sweep.ts'
import { parseYaml } from './yaml.ts'

export type Loaded = { runbook: Runbook; problems: [] } | { runbook: undefined; problems: Problem[] }

/** `runbooks/<id>.mdx`; an id may name a subfolder: `backup/restore-test`. */
export function runbookFile(id: string): string {
  return `runbooks/${id}.mdx`
}

/**
 * Reads a runbook, the runbooks it uses and every script they run. Either all of it is right, or every mistake is reported at
 * once and nothing is returned that could run.
 */
export function loadRunbook(root: string, id: string): Loaded {
  const files = new ProjectFiles(root)
  const problems: Problem[] = []
  const read = readRunbook(id, files, problems, [])
  if (!read || problems.length > 0) return { runbook: undefined, problems: sorted(problems) }
  for (const step of steps(read.nodes))
    for (const fence of step.fences) importedFiles(fence, files.read, problems)
  problems.push(...checkReferences(read.nodes, read.inputs))
  if (problems.length > 0) return { runbook: undefined, problems: sorted(problems) }
  const sources = files.sources()
  return { runbook: { ...read, sources, digest: digestOf(sources) }, problems: [] }
}

/** As loadRunbook, but mistakes are thrown as one OperatorError. */
export function requireRunbook(root: string, id: string): Runbook {
  const { runbook, problems } = loadRunbook(root, id)
  if (runbook) return runbook
  throw new OperatorError('usage', problems)
}

type Read = Omit<Runbook, 'sources' | 'digest'>

function readRunbook(
  id: string,
  files: ProjectFiles,
  problems: Problem[],
  within: readonly string[],
): Read | undefined {
  const file = runbookFile(id)
  const source = files.read(file)
  if (source === undefined) {
    problems.push({
      file,
      message: 'there is no such runbook',
      hint: 'npm run runbook -- --list names those there are.',
    })
    return undefined
  }
  const parsed = parseDocument(source, file)
  if ('problem' in parsed) {
    problems.push(parsed.problem)
    return undefined
  }
  const matter = readFrontMatter(parsed.frontMatter, file, problems)
  const taken = new Set<Code>()
  const nodes = readNodes(parsed.tree.children, { file, source, problems, readFile: files.read, taken })
  problems.push(...sweep(parsed.tree, taken, file))
  const used = resolveUses(nodes, files, problems, [...within, id])
  if (!matter) return undefined
  if (nodes.length === 0) problems.push({ file, line: 1, message: 'a runbook needs at least one <Step>' })
  const { drill, ...rest } = matter
  const inputs = { ...used.inputs, ...rest.inputs }
  return {
    id,
    file,
    ...rest,
    inputs,
    ...(drill ? { drill } : {}),
    intro: introText(parsed.tree.children, source),
    nodes: used.nodes,
  }
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
  const first = children.findIndex((child) => child.type === 'mdxJsxFlowElement')
  const before = children
    .slice(0, first === -1 ? children.length : first)
    .filter((child) => child.type !== 'yaml')
  return proseText(before, new Set(), source)
}

/** Puts the nodes of a used runbook in the place of its `<Use>`, with their ids prefixed. */
function resolveUses(
  nodes: readonly Node[],
  files: ProjectFiles,
  problems: Problem[],
  within: readonly string[],
): { nodes: Node[]; inputs: Record<string, InputSpec> } {
  const inputs: Record<string, InputSpec> = {}
  const resolved = nodes.map((node) => {
    if (node.kind !== 'use') return node
    if (within.includes(node.runbook)) {
      problems.push({
        ...node.place,
        message: `<Use runbook="${node.runbook}"> makes a cycle: ${[...within, node.runbook].join(' uses ')}`,
      })
      return node
    }
    const runbook = readUsed(node.runbook, node.place, files, problems, within)
    if (!runbook) return node
    Object.assign(inputs, runbook.inputs)
    return { ...node, nodes: runbook.nodes.map((inner) => prefixed(inner, node)) }
  })
  return { nodes: resolved, inputs }
}

function readUsed(
  id: string,
  place: Node['place'],
  files: ProjectFiles,
  problems: Problem[],
  within: readonly string[],
): Read | undefined {
  if (files.read(runbookFile(id)) !== undefined) return readRunbook(id, files, problems, within)
  problems.push({ ...place, message: `<Use runbook="${id}">: there is no ${runbookFile(id)}` })
  return undefined
}

function prefixed(node: Node, use: Use): Node {
  const id = `${use.id}/${node.id}`
  const own = node.when.map(({ decision, choice }) => ({ decision: `${use.id}/${decision}`, choice }))
  const when = [...use.when, ...own]
  if (node.kind === 'parallel')
    return { ...node, id, when, steps: node.steps.map((step) => ({ ...step, id: `${use.id}/${step.id}` })) }
  if (node.kind === 'use')
    return { ...node, id, when, nodes: node.nodes.map((inner) => prefixed(inner, use)) }
  return { ...node, id, when }
}

function sorted(problems: Problem[]): Problem[] {
  return problems.sort(
    (a, b) =>
      (a.file ?? '').localeCompare(b.file ?? '') ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  )
}
