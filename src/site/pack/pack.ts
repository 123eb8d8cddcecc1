import path from 'node:path'
import { buildInfo } from '../content/build-info.ts'
import type { BuildInfo } from '../content/build-info.ts'
import { refuseLeaksIn } from '../content/leaks.ts'
import type { Audience } from '../content/people.ts'
import { readPlan } from '../content/plan.ts'
import { checksums, zipOf } from './archive.ts'
import { packContent } from './content.ts'
import type { PackContent } from './content.ts'
import { encrypted } from './encrypt.ts'
import type { Lock } from './encrypt.ts'
import { CHECKSUMS, replaceFolder, writeFile } from './folder.ts'
import { loadViews } from './load-views.ts'
import { printPages } from './pdf.ts'

export type PackOptions = {
  root: string
  /** The folder that is written, or replaced when it is a pack. */
  out: string
  audience: Audience
  at: Date
  pdf: boolean
  lock: Lock | undefined
}

export type PackResult = {
  info: BuildInfo
  files: Map<string, number>
  zip: string
  zipBytes: number
  /** How many people's numbers are in the pack in clear, and nowhere else. */
  privateInClear: number
}

/** The emergency pack: every page as one file that needs nothing else, its PDFs, checksums, and a zip of all of it. */
export async function buildPack(options: PackOptions): Promise<PackResult> {
  const { root, out, audience, at, pdf } = options
  const info = buildInfo(root, at)
  const content = packContent(root, audience, info, at.getTime())
  loadViews()
  const { renderPack } = await import('./render.tsx')
  const files = new Map<string, Uint8Array>()
  const name = `drillbook-pack-${at.toISOString().slice(0, 10)}`
  let zip: Uint8Array = new Uint8Array()
  await replaceFolder(out, async (draft) => {
    const keep = (place: string, bytes: Uint8Array): void => {
      files.set(place, bytes)
      writeFile(draft, place, bytes)
    }
    const pages = renderPack(content)
    const { plan, locate } = readPlan(root)
    refuseLeaksIn(
      pages.map(({ place, html }) => ({ name: place, text: html })),
      plan,
      audience,
      locate,
    )
    for (const { place, html } of pages) keep(place, Buffer.from(html))
    if (pdf) await printPages(pages, at, keep)
    await addPrivate(content, options.lock, keep)
    keep(CHECKSUMS, Buffer.from(checksums(files)))
    zip = zipOf(files, name, at)
    writeFile(draft, `${name}.zip`, zip)
  })
  return {
    info,
    files: new Map([...files].map(([place, bytes]) => [place, bytes.length])),
    zip: path.join(out, `${name}.zip`),
    zipBytes: zip.length,
    privateInClear: options.lock === undefined ? content.privatePeople.length : 0,
  }
}

/** The private page is never on disk in clear when it is to be encrypted. */
async function addPrivate(
  content: PackContent,
  lock: Lock | undefined,
  keep: (place: string, bytes: Uint8Array) => void,
): Promise<void> {
  const { renderPrivate } = await import('./render.tsx')
  const page = renderPrivate(content)
  if (!page) return
  if (lock) keep(`${page.place}.age`, await encrypted(page.html, lock))
  else keep(page.place, Buffer.from(page.html))
}
