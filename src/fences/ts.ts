import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import type { LoadFnOutput } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { MISSING_OUTPUT } from '../model/outcome.ts'
import type { Outputs } from '../model/outcome.ts'
import { placeInFence } from '../model/place-in-fence.ts'
import type { FenceJob } from '../runner/ports.ts'
import type { FenceGlobals } from './api.ts'
import { requireOutputs } from './sh.ts'

const MARK = 'drillbook'

/** The text that stands at a module's address for the fence that is being executed. */
let virtual:
  | { url: string; text: string; above: string; tag: string; root: string; snapshot: string }
  | undefined

/** By the text that it is without its types, which leaves everything where it stood. */
const javascript = new Map<string, string>()

/** Reading types takes some milliseconds that nobody has later. Throws when the text is no TypeScript. */
export function readAhead(text: string): void {
  javascript.set(text, stripTypeScriptTypes(text))
}

/** Text that was not read ahead is read, and complained of, by Node itself. `above`: lines that stand before it. */
function moduleOf(text: string, above = ''): LoadFnOutput {
  const known = javascript.get(text)
  return known === undefined
    ? { format: 'module-typescript', source: above + text, shortCircuit: true }
    : { format: 'module', source: above + known, shortCircuit: true }
}

/**
 * A fence is a module whose address is the runbook itself and whose first line is the fence's own, so that a stack trace points into
 * the runbook. The modules it imports from the project are loaded anew for each fence: no state leaks from step to step.
 */
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context)
    const parent = context.parentURL ?? ''
    const isLocal = specifier.startsWith('.') && parent.includes(`?${MARK}=`)
    return isLocal && virtual ? { ...resolved, url: `${resolved.url}?${MARK}=${virtual.tag}` } : resolved
  },
  load(url, context, next) {
    if (url === virtual?.url) return moduleOf(virtual.text, virtual.above)
    if (!url.includes(`?${MARK}=`)) return next(url, context)
    return moduleOf(readPinned(fileURLToPath(new URL(url))))
  },
})

/** A module of the project as it was when the run began; the digest covers exactly this text. */
function readPinned(file: string): string {
  const pinned = virtual ? path.join(virtual.snapshot, path.relative(virtual.root, file)) : file
  return readFileSync(existsSync(pinned) ? pinned : file, 'utf8')
}

let count = 0
/** Global names before the first fence. */
let known: ReadonlySet<string> | undefined

/** Whether a fence left something that the next one in this process would see. */
export function hasStrayGlobals(): boolean {
  return Object.getOwnPropertyNames(globalThis).some((name) => known?.has(name) === false)
}

/** Executes a ts fence in this process. Rejects with the fence's own error, its stack pointing into the runbook. */
export async function runTs(job: FenceJob, query: FenceGlobals['query']): Promise<Outputs> {
  count += 1
  const file = pathToFileURL(path.resolve(job.root, job.fence.place.file))
  const tag = String(count)
  const url = `${file.href}?${MARK}=${tag}`
  const above = '\n'.repeat(job.fence.place.line - 1)
  virtual = { url, tag, above, text: job.fence.code, root: job.root, snapshot: job.snapshot }
  const declared: Record<string, unknown> = {}
  Object.assign(globalThis, { assert }, fenceGlobals(job, declared, query))
  known ??= new Set(Object.getOwnPropertyNames(globalThis))
  try {
    await import(url)
  } catch (error) {
    throw readable(error, job, url)
  }
  const result = requireOutputs(declared, job.declares)
  if ('reason' in result) throw new Error(result.reason)
  return result.outputs
}

function fenceGlobals(
  job: FenceJob,
  declared: Record<string, unknown>,
  query: FenceGlobals['query'],
): FenceGlobals {
  const { input, outputs, targets, run } = job.context
  return {
    input: requireKnown(input, (name) => `there is no input "${name}"`),
    outputs: requireKnown(outputs, (name) => `${MISSING_OUTPUT} "${name}"`),
    output: (name, value) => {
      declared[name] = value
    },
    target: (name) => {
      const target = targets[name]
      if (!target)
        throw new Error(
          `there is no target "${name}" in the environment ${run.environment}: expected ${Object.keys(targets).join(', ')}`,
        )
      return target
    },
    query,
    run,
  }
}

/** What JavaScript itself looks for: JSON.stringify() and await. */
const LOOKED_FOR = new Set(['toJSON', 'then'])

/** Reading what is not there says so, instead of giving undefined to a command. */
function requireKnown<T extends Record<string, unknown>>(values: T, message: (name: string) => string): T {
  return new Proxy(values, {
    get(record, name) {
      if (typeof name === 'symbol' || LOOKED_FOR.has(name)) return Reflect.get(record, name)
      if (!(name in record)) throw new Error(message(name))
      return record[name]
    },
  })
}

/** More than anyone reads. */
const LONGEST_ERROR = 128 * 1024

/** Node keeps every module that failed, with its error, for as long as the process lives: a verification may fail a thousand times. */
function shortened(error: Error): Error {
  for (const part of ['message', 'stack'] as const) {
    const text = error[part] ?? ''
    if (text.length > LONGEST_ERROR)
      Object.defineProperty(error, part, { value: text.slice(0, LONGEST_ERROR) })
  }
  return error
}

/** "fetch failed" alone says nothing: why it did is in its cause, or in one of several. */
function withCauses(error: Error, depth = 0): string {
  const causes = [error.cause, ...(error instanceof AggregateError ? error.errors : [])]
    .filter((cause) => cause instanceof Error)
    .map((cause) => (depth < 3 ? withCauses(cause, depth + 1) : cause.message))
  return [...new Set([error.message, ...causes])].filter((text) => text !== '').join(': ')
}

/** The column of a frame counts the indentation of the line in the runbook, which the text of the fence comes without. */
function asInFile(frame: string, fence: FenceJob['fence'], url: string): string {
  // Also of a script: nothing of it was taken away.
  if (fence.place.column === 1 || !frame.includes(`${url}:`)) return frame
  const source = readPinned(fileURLToPath(new URL(url)))
  return frame.replace(/:(\d+):(\d+)(?=\)?$)/, (_, line: string, column: string) => {
    const place = placeInFence(fence, Number(line) - fence.place.line, Number(column) - 1, source)
    return `:${line}:${place.column}`
  })
}

/** Addresses as people know them: project-relative, without our marks; frames of ours and of Node are left out. */
function readable(error: unknown, { fence, root }: FenceJob, url: string): Error {
  const original = shortened(error instanceof Error ? error : new Error(`the fence threw ${String(error)}`))
  const prefix = `${pathToFileURL(root).href}/`
  const clean = (text: string): string =>
    text.replaceAll(prefix, '').replaceAll(new RegExp(`\\?${MARK}=\\d+`, 'g'), '')
  const frames = (original.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && line.includes(`?${MARK}=`))
  const readableError = new Error(clean(withCauses(original)), { cause: original })
  readableError.name = original.name
  readableError.stack = [
    `${original.name}: ${readableError.message}`,
    ...frames.map((frame) => clean(asInFile(frame, fence, url))),
  ].join('\n')
  return readableError
}
