import { cpus, release } from 'node:os'
import type { Missing, Row } from './measure.ts'

/** What was not measured is not met. */
export function isMet(row: Row | Missing): boolean {
  return 'ratio' in row && row.target !== undefined && row.ratio <= row.target.atMost
}

/** Medians in milliseconds, their ratio, and what is promised of it. */
export function tableOf(title: string, rows: readonly (Row | Missing)[]): string {
  const head = [title, 'median', 'against', 'median', 'ratio', 'promised', 'rounds']
  const cells = [head, ...rows.map((row) => ('ratio' in row ? cellsOf(row) : cellsOfMissing(row)))]
  const widths = head.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)))
  const lines = cells.map((line) =>
    line
      .map((cell, column) => pad(cell, widths[column] ?? 0, column))
      .join('  ')
      .trimEnd(),
  )
  return `${lines.join('\n')}\n`
}

function cellsOf(row: Row): string[] {
  return [
    row.what,
    figure(row.medianMs, row.unit),
    row.against,
    figure(row.againstMs, row.unit),
    row.ratio.toFixed(2),
    promise(row),
    String(row.rounds),
  ]
}

function cellsOfMissing({ what, reason, target }: Missing): string[] {
  return [what, '', `not measured: ${reason}`, '', '', target === undefined ? '' : 'MISSED', '']
}

function promise({ target, ratio }: Row): string {
  if (!target) return ''
  if (ratio > target.atMost) return `≤ ${target.atMost} MISSED`
  if (target.aim === undefined) return `≤ ${target.atMost} met`
  return `≤ ${target.atMost} met, aim ${target.aim} ${ratio <= target.aim ? 'met' : 'missed'}`
}

function figure(value: number, unit = 'ms'): string {
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${unit}`
}

/** Names to the left, figures to the right. */
function pad(cell: string, width: number, column: number): string {
  return [1, 3, 4, 6].includes(column) ? cell.padStart(width) : cell.padEnd(width)
}

export function machine(): { node: string; cpus: string; kernel: string } {
  const all = cpus()
  return { node: process.version, cpus: `${all.length} × ${all[0]?.model ?? 'unknown'}`, kernel: release() }
}
