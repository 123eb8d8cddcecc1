import { z } from 'zod'
import type { ActionItem } from '../../model/action-item.ts'
import { placedActions, sampleActions } from '../actions.ts'
import type { Project, ReportRule } from '../rule.ts'

const record = z.looseObject({ startedAt: z.iso.datetime(), verdict: z.string() })

export const actionUnproved: ReportRule = {
  name: 'action-unproved',
  level: 'error',
  scope: 'report',
  summary: 'A run that proves an action item is a published drill that passed after the item was opened.',
  examples: {
    good: [
      {
        title: 'a drill that passed since',
        in: 'postmortem',
        text: sampleActions({ opened: '2026-11-01', status: 'done', verifiedByRun: 'passed' }),
      },
    ],
    bad: [
      {
        title: 'a drill from before',
        in: 'postmortem',
        text: sampleActions({ status: 'done', verifiedByRun: 'passed' }),
        reports: [
          {
            line: 11,
            column: 20,
            message: 'passed began before the item was opened: it proves nothing about it',
          },
        ],
      },
      {
        title: 'a drill that nobody published',
        in: 'postmortem',
        text: sampleActions({ status: 'done', verifiedByRun: 'r9' }),
        reports: [{ line: 11, column: 20, message: 'there is no docs/drills/r9.json' }],
      },
    ],
  },
  check: (report, project) =>
    placedActions(report).flatMap(({ item, at }) => {
      const message = whatIsWrong(item, project)
      return message === undefined ? [] : [{ ...at('verifiedByRun'), message }]
    }),
}

function whatIsWrong({ verifiedByRun: run, opened }: ActionItem, { read }: Project): string | undefined {
  if (run === undefined) return undefined
  const file = `docs/drills/${run}.json`
  const text = read(file)
  if (text === undefined) return `there is no ${file}`
  const { data } = record.safeParse(asJson(text))
  if (!data) return `${file} is no drill record`
  if (data.verdict !== 'passed') return `${run} did not pass: ${data.verdict}`
  return data.startedAt.slice(0, 10) < opened
    ? `${run} began before the item was opened: it proves nothing about it`
    : undefined
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
