// For editors: what scripts see when a runbook runs them. `npm run check` checks them more closely, runbook by runbook.
import 'zx/globals'
import type { FenceGlobals } from '../src/fences/api.ts'

declare global {
  const input: FenceGlobals['input']
  const outputs: FenceGlobals['outputs']
  const output: FenceGlobals['output']
  const target: FenceGlobals['target']
  const query: FenceGlobals['query']
  const run: FenceGlobals['run']
  const assert: typeof import('node:assert/strict')
}
