import type { Problem } from '../../model/problem.ts'
import { steps } from '../../model/runbook.ts'
import { suggest } from '../../model/suggest.ts'
import type { VirtualModule } from './modules.ts'
import { COMMONJS, outputsInSight } from './prelude.ts'

type Found = {
  code: string
  text: string
  module: VirtualModule
  lineText: string
  column: number
  targets: readonly string[]
}
type Worded = Pick<Problem, 'message' | 'hint'>

const NAME = /^[\w$]+/
const PROVIDED = new Set(['input', 'outputs', 'output', 'target', 'query', 'run', 'assert'])
const NAME_TAKEN = new Set(['TS2300', 'TS2440', 'TS2451'])
const NO_SUCH_PROPERTY = new Set(['TS2339', 'TS2551'])

/** The compiler's message in the terms of the runbook, where it is about something that the runbook declares. */
export function worded(found: Found): Worded {
  const before = found.lineText.slice(0, found.column - 1)
  const at = found.lineText.slice(found.column - 1)
  const name = NAME.exec(at)?.[0] ?? ''
  if (NO_SUCH_PROPERTY.has(found.code) && /\binput\??\.$/.test(before))
    return unknownInput(name, found.module)
  if (NO_SUCH_PROPERTY.has(found.code) && /\boutputs\??\.$/.test(before))
    return unknownOutput(name, found.module)
  if (found.code === 'TS2345' && /\btarget\(\s*$/.test(before))
    return unknownTarget(at, found.text, found.targets)
  if (name === 'output' && found.code === 'TS2349') return noOutputHere(found.module)
  if (found.code === 'TS2454' && COMMONJS.has(name))
    return {
      message: `there is no "${name}": a fence is an ES module`,
      hint: 'Use import, import.meta.dirname or import.meta.filename.',
    }
  if (NAME_TAKEN.has(found.code) && PROVIDED.has(name))
    return { message: `the name "${name}" is taken: the runner provides it`, hint: 'Choose another name.' }
  return { message: `${found.text} (${found.code})` }
}

function unknownInput(name: string, { runbook }: VirtualModule): Worded {
  const names = Object.keys(runbook.inputs)
  return {
    message: `there is no input "${name}"`,
    hint:
      names.length === 0 ? 'The front matter declares no inputs: add it under inputs.' : suggest(name, names),
  }
}

function unknownOutput(name: string, module: VirtualModule): Worded {
  const message = `there is no output "${name}" at this point`
  const declaring = steps(module.runbook.nodes).find((step) => Object.hasOwn(step.outputs, name))
  if (!declaring) return { message, hint: suggest(name, Object.keys(outputsInSight(module, module.runbook))) }
  const when =
    declaring.id === module.step.id
      ? `a ${module.fence.role} fence runs before this step sets it`
      : `step ${declaring.id} sets it, which has not been done by then`
  return { message, hint: `${when[0]?.toUpperCase()}${when.slice(1)}.` }
}

const LITERAL = /^(['"`])(.*?)\1/

function unknownTarget(at: string, text: string, known: readonly string[]): Worded {
  const name = LITERAL.exec(at)?.[2]
  if (name === undefined) return { message: `${text} (TS2345)`, hint: 'Name the target as a literal.' }
  return { message: `no service declares the target "${name}"`, hint: suggest(name, known) }
}

function noOutputHere({ step, fence }: VirtualModule): Worded {
  if (fence.role !== 'run')
    return { message: `output() in a ${fence.role} fence`, hint: 'Only a run fence sets outputs.' }
  return {
    message: `the step ${step.id} declares no outputs`,
    hint: 'Add outputs="name, other:number" to its <Step>.',
  }
}
