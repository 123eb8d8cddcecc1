#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
import { enableCompileCache } from 'node:module'

// Compiled code is kept, so that the first prompt comes soon: every millisecond here is felt at each start.
enableCompileCache()

const { dispatch } = await import('./dispatch.ts')
process.exitCode = await dispatch(process.argv.slice(2))
