import type { Problem } from './problem.ts'

/** What everyone who checks a template has to know of Handlebars: how it tells of mistakes, and the parts a template is made of. */

/** Handlebars says `Parse error on line 2: …, got 'EOF'`, or `if doesn't match each - 2:3`. */
export function syntaxError(error: unknown): Pick<Problem, 'line' | 'column' | 'message'> {
  const message = error instanceof Error ? error.message : String(error)
  const mismatch = /^(.*) - (\d+):(\d+)$/.exec(message)
  if (mismatch)
    return { line: Number(mismatch[2]), column: Number(mismatch[3]) + 1, message: unfillable(mismatch[1]) }
  const line = Number(/on line (\d+)/.exec(message)?.[1] ?? 1)
  const token = /got '(\w+)'$/.exec(message)?.[1]
  const why = token === 'EOF' ? 'unexpected end' : `unexpected ${token ?? message.split('\n')[0]}`
  return { line, column: 1, message: unfillable(why) }
}

function unfillable(why = ''): string {
  return `the template cannot be filled in: ${why}`
}

export function isMustache(node: hbs.AST.Node): node is hbs.AST.MustacheStatement {
  return node.type === 'MustacheStatement'
}
export function isBlock(node: hbs.AST.Node): node is hbs.AST.BlockStatement {
  return node.type === 'BlockStatement'
}
export function isPath(node: hbs.AST.Node): node is hbs.AST.PathExpression {
  return node.type === 'PathExpression'
}
export function isSubExpression(node: hbs.AST.Node): node is hbs.AST.SubExpression {
  return node.type === 'SubExpression'
}
