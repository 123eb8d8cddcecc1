import type { ActionReport } from '../document/reports.ts'
import type { ActionItem } from '../model/action-item.ts'
import type { Place } from '../model/runbook.ts'

export type PlacedAction = { item: ActionItem; at: (key: keyof ActionItem) => Place }

/** The action items of a report, each with where its members stand. */
export function placedActions({ file, actions, locate }: ActionReport): PlacedAction[] {
  return actions.map((item, index) => ({
    item,
    at: (key) => ({ ...locate(['actions', index, key]), file }),
  }))
}

/** For the examples: an item without a mistake, and what one changes of it. */
export function sampleActions(changes: Record<string, string> = {}): string {
  const item: Record<string, string> = {
    id: 'alert-on-lag',
    title: 'Alert when the standby is more than 10 s behind',
    owner: 'ana',
    type: 'detect',
    priority: 'p1',
    opened: '2026-11-20',
    due: '2026-12-10',
    doneWhen: 'The alert fires in a drill that cuts replication.',
    ...changes,
  }
  const [first, ...rest] = Object.entries(item).map(([key, value]) => `${key}: ${value}`)
  return ['actions:', `  - ${first}`, ...rest.map((line) => `    ${line}`)].join('\n')
}
