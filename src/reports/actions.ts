import type { ActionItem } from '../model/action-item.ts'

/** An action item with where it came from, as lists and other programs get it. */
export type ListedAction = ActionItem & {
  report: string
  reportTitle: string
  file: string
  ownerName: string
  ageDays: number
  overdue: boolean
}

const COLUMNS = [
  'report',
  'id',
  'title',
  'owner',
  'type',
  'priority',
  'status',
  'opened',
  'due',
  'ageDays',
  'overdue',
  'doneWhen',
  'runbook',
  'step',
  'tracker',
  'verifiedByRun',
] as const

/** RFC 4180, with a heading. A cell that a spreadsheet would take for a formula begins with an apostrophe. */
export function actionsCsv(actions: readonly ListedAction[]): string {
  const rows = actions.map((action) => COLUMNS.map((name) => String(action[name] ?? '')))
  return [COLUMNS.map(String), ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** What is sent to make one issue in a tracker; `endpoint` and the project's own names are the reader's to fill in. */
export type Payload = { endpoint: string; body: Record<string, unknown> }

export const TRACKERS = {
  /** REST API: create an issue. */
  github: (action: ListedAction): Payload => ({
    endpoint: 'POST /repos/{owner}/{repo}/issues',
    body: { title: action.title, body: description(action), labels: labels(action) },
  }),
  /** REST API version 3: create an issue; its description is an Atlassian document. */
  jira: (action: ListedAction): Payload => ({
    endpoint: 'POST /rest/api/3/issue',
    body: {
      fields: {
        summary: action.title,
        issuetype: { name: 'Task' },
        duedate: action.due,
        labels: labels(action),
        description: {
          type: 'doc',
          version: 1,
          content: description(action)
            .split('\n')
            .filter((line) => line !== '')
            .map((text) => ({ type: 'paragraph', content: [{ type: 'text', text }] })),
        },
      },
    },
  }),
  /** REST API: create an issue. */
  gitlab: (action: ListedAction): Payload => ({
    endpoint: 'POST /api/v4/projects/{id}/issues',
    body: {
      title: action.title,
      description: description(action),
      labels: labels(action).join(','),
      due_date: action.due,
    },
  }),
} as const
export type Tracker = keyof typeof TRACKERS

function labels({ type, priority }: ListedAction): string[] {
  return ['drillbook', type, priority]
}

function description(action: ListedAction): string {
  const { doneWhen, ownerName, due, runbook, step, file, reportTitle, report, id } = action
  return [
    `Done when: ${doneWhen}`,
    `Owner: ${ownerName}. Due: ${due}.`,
    ...(runbook === undefined ? [] : [`About: ${runbook}${step === undefined ? '' : `, step ${step}`}`]),
    `From: ${reportTitle} (${file})`,
    `Drillbook: ${report}/${id}`,
  ].join('\n\n')
}
