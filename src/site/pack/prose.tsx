import type { MDXProvider } from '@mdx-js/react'
import type { PhrasingContent, RootContent, Table } from 'mdast'
import type { MdxJsxFlowElement } from 'mdast-util-mdx-jsx'
import { createElement } from 'react'
import type { ComponentProps, ReactNode } from 'react'

/** The same kind of table as the theme's: what an element of a page is shown with. */
export type Components = Exclude<
  NonNullable<ComponentProps<typeof MDXProvider>['components']>,
  (...words: never[]) => unknown
>

export type Page = {
  components: Components
  /** The address of a link in the pack; undefined when it leads to something that the pack does not hold. */
  linkTo: (url: string) => string | undefined
  /** Where `[text][name]` leads. */
  definitions: ReadonlyMap<string, string>
}

/** The tree of a page, as the site's plugin makes it, as React. The site lets MDX compile it; here it is only shown. */
export function Prose({ children, page }: { children: readonly RootContent[]; page: Page }): ReactNode {
  return children.map((child, position) => <Block key={position} node={child} page={page} />)
}

function Block({ node, page }: { node: RootContent; page: Page }): ReactNode {
  switch (node.type) {
    case 'mdxJsxFlowElement':
      return <Element node={node} page={page} />
    case 'paragraph':
      return createElement(
        node.data?.hName ?? 'p',
        node.data?.hProperties,
        <Text nodes={node.children} page={page} />,
      )
    case 'heading':
      return createElement(`h${node.depth}`, {}, <Text nodes={node.children} page={page} />)
    case 'blockquote':
      return (
        <blockquote>
          <Prose page={page}>{node.children}</Prose>
        </blockquote>
      )
    case 'list':
      return createElement(
        node.ordered === true ? 'ol' : 'ul',
        node.ordered === true ? { start: node.start ?? 1 } : {},
        <Prose page={page}>{node.children}</Prose>,
      )
    case 'listItem':
      return (
        <li>
          {node.checked === undefined || node.checked === null ? '' : node.checked ? '☑ ' : '☐ '}
          <Prose page={page}>{node.children}</Prose>
        </li>
      )
    case 'table':
      return <Rows table={node} page={page} />
    case 'thematicBreak':
      return <hr />
    case 'mdxjsEsm':
    case 'mdxFlowExpression':
    case 'yaml':
    case 'definition':
      return null
    default:
      return isPhrasing(node) ? <Text nodes={[node]} page={page} /> : unknown(node.type)
  }
}

function Element({ node, page }: { node: MdxJsxFlowElement; page: Page }): ReactNode {
  const component = page.components[node.name ?? '']
  if (typeof component !== 'function') return unknown(`<${node.name}>`)
  return createElement(
    component,
    node.data?.props,
    node.children.length === 0 ? undefined : <Prose page={page}>{node.children}</Prose>,
  )
}

function Rows({ table: { children }, page }: { table: Table; page: Page }): ReactNode {
  const [head, ...body] = children
  return (
    <div className="table-frame">
      <table>
        <thead>
          <tr>
            {head?.children.map((cell, position) => (
              <th key={position} scope="col">
                <Text nodes={cell.children} page={page} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {body.map((row, position) => (
            <tr key={position}>
              {row.children.map((cell, column) => (
                <td key={column}>
                  <Text nodes={cell.children} page={page} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Text({ nodes, page }: { nodes: readonly PhrasingContent[]; page: Page }): ReactNode {
  return nodes.map((node, position) => <Phrase key={position} node={node} page={page} />)
}

function Phrase({ node, page }: { node: PhrasingContent; page: Page }): ReactNode {
  switch (node.type) {
    case 'text':
      return node.value
    case 'inlineCode':
      return <code>{node.value}</code>
    case 'strong':
      return (
        <strong>
          <Text nodes={node.children} page={page} />
        </strong>
      )
    case 'emphasis':
      return (
        <em>
          <Text nodes={node.children} page={page} />
        </em>
      )
    case 'delete':
      return (
        <del>
          <Text nodes={node.children} page={page} />
        </del>
      )
    case 'break':
      return <br />
    case 'link':
      return (
        <Link url={node.url} page={page}>
          <Text nodes={node.children} page={page} />
        </Link>
      )
    case 'linkReference':
      return (
        <Link url={page.definitions.get(node.identifier) ?? ''} page={page}>
          <Text nodes={node.children} page={page} />
        </Link>
      )
    case 'image':
      return (
        <em>
          Picture, not in the pack: {node.alt} ({node.url})
        </em>
      )
    case 'mdxJsxTextElement':
      return createElement(
        node.name ?? 'span',
        literals(node.attributes),
        <Text nodes={node.children} page={page} />,
      )
    case 'mdxTextExpression':
      return null
    default:
      return unknown(node.type)
  }
}

/** Where a link leads to something that is not in the pack, its address is said: it cannot be followed from here. */
function Link({ url, page, children }: { url: string; page: Page; children: ReactNode }): ReactNode {
  const place = page.linkTo(url)
  if (place !== undefined) return <a href={place}>{children}</a>
  return (
    <>
      {children} <span className="aside">({url})</span>
    </>
  )
}

function literals(
  attributes: readonly { type: string; name?: string; value?: unknown }[],
): Record<string, string> {
  return Object.fromEntries(
    attributes.flatMap(({ name, value }) =>
      name !== undefined && typeof value === 'string' ? [[name, value]] : [],
    ),
  )
}

const PHRASING: Partial<Record<RootContent['type'], true>> = {
  text: true,
  inlineCode: true,
  strong: true,
  emphasis: true,
  delete: true,
  break: true,
  link: true,
  linkReference: true,
  image: true,
  mdxJsxTextElement: true,
  mdxTextExpression: true,
}

function isPhrasing(node: RootContent): node is Extract<RootContent, PhrasingContent> {
  return PHRASING[node.type] === true
}

/** What has no template would be missing on the day: a pack is not built without it. */
function unknown(what: string): never {
  throw new Error(`the emergency pack has no template for ${what}: add one in src/site/pack`)
}
