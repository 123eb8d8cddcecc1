/** With `node --import`: every module that is loaded becomes a line of the file that DRILLBOOK_BENCH_MODULES names. */
import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

const file = process.env['DRILLBOOK_BENCH_MODULES'] ?? '/dev/null'

registerHooks({
  load(url, context, next) {
    appendFileSync(file, `${url}\n`)
    return next(url, context)
  },
})
