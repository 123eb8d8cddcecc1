import type { TestContext } from 'node:test'
import sparticuz from '@sparticuz/chromium'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

// One process for everything, as in a Lambda, dies with the second page; and the web's own rules are part of what is tested.
const LEFT_OUT = ['--single-process', '--no-zygote', '--disable-web-security']

/** Chromium from its npm package. Where it does not run the test is skipped and says so; on CI it fails. */
export async function launch(test: TestContext, more: string[] = []): Promise<Browser | undefined> {
  try {
    const executablePath = await sparticuz.executablePath()
    const args = [...sparticuz.args.filter((arg) => !LEFT_OUT.includes(arg)), ...more]
    return await chromium.launch({ executablePath, args, headless: true })
  } catch (error) {
    if (process.env['CI'] !== undefined) throw error
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    test.skip(`Chromium (@sparticuz/chromium) does not run here: ${reason}`)
    return undefined
  }
}
