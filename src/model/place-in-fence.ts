import type { Fence, Place } from './runbook.ts'

/** A place in the text of a fence as one in its file, whose text is `source`; `line` and `column` count from 0. */
export function placeInFence(
  fence: Pick<Fence, 'code' | 'place'>,
  line: number,
  column: number,
  source: string | undefined,
): Place {
  const { file, line: firstLine } = fence.place
  return { file, line: firstLine + line, column: 1 + indentation(fence, line, source) + column }
}

/** How far the fence is indented on this line, which may be less than where it opens; its text comes without. */
function indentation({ code, place }: Pick<Fence, 'code' | 'place'>, line: number, source = ''): number {
  const whole = lineOf(source, place.line - 1 + line)
  const text = lineOf(code, line)
  return whole.endsWith(text) ? whole.length - text.length : place.column - 1
}

function lineOf(text: string, index: number): string {
  return text.split(/\r?\n/)[index] ?? ''
}
