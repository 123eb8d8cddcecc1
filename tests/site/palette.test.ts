import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { repositoryFile } from '../document/temporary-project.ts'

/** Every pair of colours that text and its ground can be, and the contrast it needs (WCAG 2.2: 4.5; warnings: 7). */
const PAIRS: [text: string, grounds: string[], least: number][] = [
  ['ink', ['paper', 'sheet', 'sheet-deep', 'accent-soft'], 7],
  ['ink-quiet', ['paper', 'sheet', 'sheet-deep', 'accent-soft'], 4.5],
  ['accent', ['paper', 'sheet', 'sheet-deep', 'accent-soft'], 4.5],
  ['on-accent', ['accent'], 4.5],
  ['destructive', ['paper', 'sheet', 'sheet-deep', 'destructive-soft', 'accent-soft'], 7],
  ['caution', ['paper', 'sheet', 'sheet-deep', 'caution-soft'], 7],
  ['tok-comment', ['sheet'], 4.5],
  ['tok-string', ['sheet'], 4.5],
  ['tok-keyword', ['sheet'], 4.5],
  ['tok-value', ['sheet'], 4.5],
  ['line-strong', ['paper'], 3],
]

const [light = '', dark = ''] = readFileSync(repositoryFile('src/site/css/palette.css'), 'utf8').split(
  '@media screen',
)

for (const [theme, css] of Object.entries({ light, dark: dark.split('html:root,')[0] ?? '' }))
  void test(`the ${theme} palette can be read`, () => {
    const colors = new Map(
      [...css.matchAll(/--([a-z-]+): (#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]),
    )
    for (const [text, grounds, least] of PAIRS)
      for (const ground of grounds) {
        const ratio = contrast(colors.get(text), colors.get(ground))
        assert.ok(ratio >= least, `${text} on ${ground}: ${ratio.toFixed(2)}, expected ${least}`)
      }
  })

function contrast(a: string | undefined, b: string | undefined): number {
  assert.ok(a !== undefined && b !== undefined)
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((one, other) => one - other)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
