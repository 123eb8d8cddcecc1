#!/usr/bin/env node
import '../host/compile-cache.js'

const { dispatch } = await import('./dispatch.ts')
process.exitCode = await dispatch(process.argv.slice(2))
