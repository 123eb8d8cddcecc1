import sparticuz from '@sparticuz/chromium'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'
import { OperatorError } from '../../model/problem.ts'

// One process for everything, as in a Lambda, dies with the second page.
const LEFT_OUT = ['--single-process', '--no-zygote', '--disable-web-security']

/** Prints pages as they stand, without script and without network; calls `done` with each as it is printed. */
export async function printPages(
  pages: readonly { place: string; html: string }[],
  at: Date,
  done: (place: string, pdf: Uint8Array) => void,
): Promise<void> {
  const browser = await launch()
  try {
    const context = await browser.newContext({ javaScriptEnabled: false, offline: true })
    const page = await context.newPage()
    for (const { place, html } of pages) {
      // Not from its file: links to other files would be printed with the address of this machine's folder.
      await page.setContent(html)
      const pdf = await page.pdf(PAPER)
      done(place.replace(/\.html$/, '.pdf'), withDate(pdf, at))
    }
  } finally {
    await browser.close()
  }
}

const PAPER = { format: 'A4', preferCSSPageSize: true, printBackground: true, tagged: true, outline: true }

/** Chromium of its npm package, or the one that CHROMIUM names. */
async function launch(): Promise<Browser> {
  const own = process.env['CHROMIUM']
  try {
    const executablePath = own ?? (await sparticuz.executablePath())
    const args = own === undefined ? sparticuz.args.filter((arg) => !LEFT_OUT.includes(arg)) : []
    return await chromium.launch({ executablePath, args, headless: true })
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    throw new OperatorError('failed', {
      message: `the PDFs cannot be printed, because ${own ?? 'Chromium'} does not start: ${reason}`,
      hint: 'Name another: CHROMIUM=/usr/bin/chromium npm run pack. Or leave the PDFs out: npm run pack -- --no-pdf',
    })
  }
}

const DATE = /(?<=\/(?:CreationDate|ModDate) \(D:)\d{14}/g

/** Chromium writes the time of printing into the file; the pack's own time takes its place, so that the same pack has the same bytes. */
function withDate(pdf: Buffer, at: Date): Uint8Array {
  const digits = at.toISOString().replaceAll(/\D/g, '').slice(0, 14)
  return Buffer.from(pdf.toString('latin1').replaceAll(DATE, digits), 'latin1')
}
