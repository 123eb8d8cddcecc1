import type { Danger } from '../model/runbook.ts'

// In a file of its own without markup: Node loads it when it prepares a page, and Node does not load .tsx.

/** A node of the same page that can be linked to. */
export type NodeLink = { id: string; number: string; title: string }

/** One condition of `when`, resolved: which decision, and which of its answers, in words and as `when` names it. */
export type ShownCondition = { decision: NodeLink; choice: string; value: string }

export type Common = { id: string; number: string; when: ShownCondition[] }

/** What a reader sees for a danger: a shape and a word, so that neither colour nor eyesight is needed. */
export const DANGER: Record<Danger, { mark: string; word: string; meaning: string }> = {
  safe: { mark: '●', word: 'Safe', meaning: 'changes nothing that customers see' },
  caution: { mark: '▲', word: 'Caution', meaning: 'changes something; read it twice' },
  destructive: { mark: '◆', word: 'Destructive', meaning: 'cannot simply be undone' },
}

/** `20 s`, `15 min`, `1 min 30 s`, `4 h`: a planned duration, in the fewest words. */
export function planned(ms: number): string {
  if (ms < 1000) return ms === 0 ? '0 s' : `${ms} ms`
  const seconds = Math.round(ms / 1000)
  const units: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ]
  return units
    .filter(([amount]) => amount > 0)
    .slice(0, 2)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ')
}

/** `340 ms`, `12.4 s`, `3 min 05 s`: a measured duration, as precise as it was measured. */
export function measured(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`
  const seconds = Math.floor(ms / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${twoDigits(seconds % 60)} s`
  return `${Math.floor(seconds / 3600)} h ${twoDigits(Math.floor(seconds / 60) % 60)} min`
}

function twoDigits(amount: number): string {
  return String(amount).padStart(2, '0')
}
