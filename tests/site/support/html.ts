import { readFileSync } from 'node:fs'
import { parse } from 'parse5'
import type { DefaultTreeAdapterTypes } from 'parse5'

type Node = DefaultTreeAdapterTypes.Node
type Element = DefaultTreeAdapterTypes.Element

/** A page as the server sends it: no script has run. */
export function readPage(file: string): Element {
  const found = elements(parse(readFileSync(file, 'utf8')), (element) => element.tagName === 'body')[0]
  if (!found) throw new Error(`${file} has no body`)
  return found
}

/** The elements below `node` that match, in the order of the page. */
export function elements(node: Node, matches: (element: Element) => boolean): Element[] {
  if (!('childNodes' in node)) return []
  return node.childNodes.flatMap((child) => [
    ...('tagName' in child && matches(child) ? [child] : []),
    ...elements(child, matches),
  ])
}

export function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((candidate) => candidate.name === name)?.value
}

export function withClass(name: string): (element: Element) => boolean {
  return (element) => (attribute(element, 'class') ?? '').split(' ').includes(name)
}

/** The text of an element, as `textContent` in a browser; scripts are no text. */
export function textOf(node: Node): string {
  if ('value' in node) return node.value
  if (!('childNodes' in node) || node.nodeName === 'script') return ''
  return node.childNodes.map(textOf).join('')
}
