import assert from 'node:assert/strict'
import path from 'node:path'
import { loadRunbook } from '../../src/document/load.ts'
import { sha256 } from '../../src/document/project-files.ts'
import type { Node, Runbook } from '../../src/model/runbook.ts'
import { executables, steps } from '../../src/model/runbook.ts'
import { attribute, elements, readPage, textOf, withClass } from './support/html.ts'

type Page = ReturnType<typeof readPage>

export function runbookOf(root: string, id: string): Runbook {
  const { runbook, problems } = loadRunbook(root, id)
  assert.ok(runbook, problems.map((problem) => problem.message).join('\n'))
  return runbook
}

export function runbookPage(outDir: string, id: string): Page {
  return readPage(path.join(outDir, 'runbooks', id, 'index.html'))
}

/** Every fence of the runner is on the page: as many, in the same order, of the same role, and byte for byte the same. */
export function assertSameFences(page: Page, runbook: Runbook): void {
  const expected = steps(runbook.nodes).flatMap((step) =>
    step.fences.map(({ role, lang, code }) => ({ step: step.id, role, lang, code })),
  )
  const shown = elements(page, withClass('node')).flatMap((node) =>
    attribute(node, 'data-kind') !== 'step'
      ? []
      : elements(node, withClass('fence')).map((fence) => ({
          step: attribute(node, 'data-node'),
          role: attribute(fence, 'data-role'),
          lang: attribute(fence, 'data-lang'),
          code: codeOf(fence),
        })),
  )
  // First what stands where, so that a difference in one fence is not told with the text of all.
  assert.deepEqual(
    shown.map(({ step, role, lang }) => [step, role, lang]),
    expected.map(({ step, role, lang }) => [step, role, lang]),
  )
  for (const [position, { step, role, code }] of expected.entries())
    assert.equal(shown[position]?.code, code, `${role} of ${step}`)
  assert.equal(elements(page, withClass('fence')).length, expected.length, 'no fence stands outside a step')
}

function codeOf(fence: Page): string {
  const found = elements(
    fence,
    (element) => element.tagName === 'code' && element.parentNode?.nodeName === 'pre',
  )
  assert.equal(found.length, 1)
  return found.map(textOf).join('')
}

/** Every other script that the digest covers is on the page too, byte for byte. */
export function assertImported(page: Page, runbook: Runbook): void {
  const shown = elements(page, withClass('imported')).map((script) => ({
    file: attribute(script, 'data-file'),
    sha256: sha256(codeOf(script)),
  }))
  const named = steps(runbook.nodes).flatMap((step) => step.fences.map((fence) => fence.script))
  const expected = runbook.sources.filter(({ file }) => file.startsWith('scripts/') && !named.includes(file))
  assert.deepEqual(shown, expected)
}

/** Every node, with its title and its anchor, is on the page and in its contents. */
export function assertNodes(page: Page, runbook: Runbook): void {
  const all = everyNode(runbook.nodes)
  const headings = elements(page, (element) => /^h[234]$/.test(element.tagName))
  const contents = elements(page, withClass('contents'))[0]
  assert.ok(contents)
  for (const { id, title } of all) {
    const heading = headings.find((candidate) => attribute(candidate, 'id') === id)
    assert.ok(heading, `${id} is a heading`)
    assert.ok(textOf(heading).includes(title), `${id} is called ${title}`)
    const link = elements(contents, (element) => attribute(element, 'href') === `#${id}`)[0]
    assert.ok(link && textOf(link).includes(title), `${id} is in the contents`)
  }
  assert.equal(elements(page, withClass('node')).length, all.length)
}

export function everyNode(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node) => [
    node,
    ...(node.kind === 'parallel' ? node.steps : []),
    ...(node.kind === 'use' ? everyNode(node.nodes) : []),
  ])
}

/** The text of a message is on the page as it stands in its template. */
export function assertMessages(page: Page, runbook: Runbook): void {
  const shown = elements(page, withClass('message')).map((message) =>
    elements(message, (element) => element.tagName === 'code')
      .map(textOf)
      .join(''),
  )
  const expected = executables(runbook.nodes).flatMap((node) => (node.kind === 'inform' ? [node.text] : []))
  assert.deepEqual(shown, expected)
}
