import type { Paragraph, PhrasingContent } from 'mdast'
import type { MdxJsxFlowElement, MdxJsxTextElement } from 'mdast-util-mdx-jsx'

declare module 'mdast' {
  interface ParagraphData {
    hName?: string
    hProperties?: Record<string, string>
  }
}

declare module 'mdast-util-mdx-jsx' {
  interface MdxJsxFlowElementData {
    /** What the attributes say, as it was given: the emergency pack reads it, the site reads the attributes. */
    props?: Record<string, Json>
  }
}

/** What an attribute of a generated element may hold: plain data, known when the page is built. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined }

export type Flow = MdxJsxFlowElement['children'][number]
type Attribute = MdxJsxFlowElement['attributes'][number]
type ExpressionValue = Exclude<
  Extract<Attribute, { type: 'mdxJsxAttribute' }>['value'],
  string | null | undefined
>
type Program = NonNullable<NonNullable<ExpressionValue['data']>['estree']>
type Expression = Extract<Program['body'][number], { type: 'ExpressionStatement' }>['expression']

/** `<Name shown={…}>` as a syntax tree; the data is written out as a literal, nothing is evaluated. */
export function element(name: string, props: Record<string, Json>, children: Flow[] = []): MdxJsxFlowElement {
  const attributes = Object.entries(props).map(attribute)
  return { type: 'mdxJsxFlowElement', name, attributes, children, data: { props } }
}

function attribute([name, value]: [string, Json]): Attribute {
  const estree = program(literal(value))
  return {
    type: 'mdxJsxAttribute',
    name,
    value: { type: 'mdxJsxAttributeValueExpression', value: '', data: { estree } },
  }
}

function program(expression: Expression): Program {
  return {
    type: 'Program',
    sourceType: 'module',
    body: [{ type: 'ExpressionStatement', expression }],
    comments: [],
  }
}

/** Plain data as the literal that stands for it. */
export function literal(value: Json): Expression {
  if (value === null || typeof value !== 'object') return { type: 'Literal', value }
  if (isList(value)) return { type: 'ArrayExpression', elements: value.map(literal) }
  return {
    type: 'ObjectExpression',
    properties: Object.entries(value).flatMap(([key, member]) =>
      member === undefined
        ? []
        : [
            {
              type: 'Property' as const,
              kind: 'init' as const,
              // Computed, so that no key, not even __proto__, means anything but itself.
              computed: true,
              method: false,
              shorthand: false,
              key: literal(key),
              value: literal(member),
            },
          ],
    ),
  }
}

function isList(value: readonly Json[] | object): value is readonly Json[] {
  return Array.isArray(value)
}

export function span(className: string, text: string, hidden = false): MdxJsxTextElement {
  const attributes: MdxJsxTextElement['attributes'] = [
    { type: 'mdxJsxAttribute', name: 'className', value: className },
  ]
  if (hidden) attributes.push({ type: 'mdxJsxAttribute', name: 'aria-hidden', value: 'true' })
  return { type: 'mdxJsxTextElement', name: 'span', attributes, children: [{ type: 'text', value: text }] }
}

/**
 * A heading whose id is kept as it is. A real `heading` node would have its id slugged by Docusaurus, which turns the
 * `use/step` ids of used runbooks into `usestep`.
 */
export function headingWithId(level: 2 | 3 | 4, id: string, children: PhrasingContent[]): Paragraph {
  return { type: 'paragraph', data: { hName: `h${level}`, hProperties: { id } }, children }
}
