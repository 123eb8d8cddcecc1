import { readdirSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { actionItems } from '../model/action-item.ts'
import type { ActionItem } from '../model/action-item.ts'
import type { PostmortemMatter } from '../model/postmortem.ts'
import { attempt } from '../model/problem.ts'
import type { Problem } from '../model/problem.ts'
import { readRegions } from '../model/regions.ts'
import type { Region } from '../model/regions.ts'
import { POSTMORTEMS, readFrontMatter, readPostmortem } from './postmortems.ts'
import { ProjectFiles } from './project-files.ts'
import type { Locate } from './yaml.ts'

export const EXERCISE_REPORTS = 'docs/exercises/reports'

/** A document that action items come from: a post-mortem, or the report of an exercise. */
export type ActionReport = {
  file: string
  id: string
  title: string
  actions: ActionItem[]
  /** Of a post-mortem only. */
  matter: PostmortemMatter | undefined
  lines: string[]
  bodyLine: number
  regions: Region[]
  locate: Locate
}

const exerciseMatter = z.looseObject({ title: z.string(), actions: actionItems.default([]) })

/** Every report of a project, and what keeps one from being read. */
export function readReports(root: string): { reports: ActionReport[]; problems: Problem[] } {
  const reports: ActionReport[] = []
  const problems: Problem[] = []
  const files = new ProjectFiles(root)
  for (const folder of [POSTMORTEMS, EXERCISE_REPORTS])
    for (const file of markdownFiles(root, folder)) {
      const read = attempt<Read>(
        () => readReport((files.read(file) ?? '').replaceAll('\r\n', '\n'), file),
        (found) => ({ problems: found }),
      )
      if (read.report) reports.push(read.report)
      problems.push(...read.problems)
    }
  return { reports, problems }
}

type Read = { report?: ActionReport; problems: Problem[] }

function readReport(text: string, file: string): Read {
  const lines = text.split('\n')
  const id = path.basename(file, '.md')
  if (file.startsWith(`${POSTMORTEMS}/`)) {
    const { postmortem, problems } = readPostmortem(text, file)
    if (!postmortem) return { problems }
    const { matter, bodyLine, regions, locate } = postmortem
    const { title, actions } = matter
    return { problems, report: { file, id, title, actions, matter, lines, bodyLine, regions, locate } }
  }
  const read = readFrontMatter(text, file, exerciseMatter)
  const { regions, problems: damaged } = readRegions(read.body, file, read.bodyLine)
  if (!read.value) return { problems: read.problems }
  const { title, actions } = read.value
  const { bodyLine, locate } = read
  return {
    problems: damaged,
    report: { file, id, title, actions, matter: undefined, lines, bodyLine, regions, locate },
  }
}

function markdownFiles(root: string, folder: string): string[] {
  try {
    return readdirSync(path.join(root, folder))
      .filter((name) => /^\d{4}-.*\.md$/.test(name))
      .sort()
      .map((name) => `${folder}/${name}`)
  } catch {
    return []
  }
}
