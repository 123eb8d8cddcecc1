/** A runbook from its parts; the front matter takes the lines 1 to 6, the body begins on line 8. */
export const FRONT_MATTER = `---
title: Example
summary: An example.
service: orders-db
severity: sev1
---
`

export function runbookText(body: string): string {
  return `${FRONT_MATTER}\n${body}\n`
}

/** The text with \`\`\` for each ''' , which can stand in a template literal. */
export function md(text: string): string {
  return text.replaceAll("'''", '```')
}
