#!/usr/bin/env node
import '../host/fast-loading.js'

const words = process.argv.slice(2)
const { startAhead } = await import('./start-ahead.ts')
startAhead(words)
const { dispatch } = await import('./dispatch.ts')
process.exitCode = await dispatch(words)
