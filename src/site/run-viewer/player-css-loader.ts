import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const FILE = 'asciinema-player/dist/bundle/asciinema-player.css'

/** The module `player-css.ts`, with the player's stylesheet as its text. */
export default function playerCssLoader(): string {
  const css = readFileSync(createRequire(import.meta.url).resolve(FILE), 'utf8')
  return `export const playerCss = ${JSON.stringify(css)}\n`
}
