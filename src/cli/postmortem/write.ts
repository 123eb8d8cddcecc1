import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { POSTMORTEMS, readPostmortem, requirePostmortems } from '../../document/postmortems.ts'
import type { Postmortem } from '../../document/postmortems.ts'
import type { Plan } from '../../document/plan.ts'
import { writeWhole } from '../../host/write-file.ts'
import { postmortemMatter } from '../../model/postmortem.ts'
import type { PostmortemMatter } from '../../model/postmortem.ts'
import { attempt, OperatorError } from '../../model/problem.ts'
import { firstDifference } from '../../model/regions.ts'
import type { Region } from '../../model/regions.ts'
import { computePostmortem } from '../../reports/postmortem/compute.ts'
import { computedHash, postmortemDocument } from '../../reports/postmortem/document.ts'
import type { Template } from '../../reports/template.ts'
import { cleanAction } from '../actions/clean.ts'
import { redact } from '../declare-secrets.ts'
import type { Gathered } from './gather.ts'
import { publishJournals } from './publish.ts'

export const TEMPLATE = 'templates/postmortem.md.hbs'

/** What people say of it; what they have not said is not in the document. */
export type Said = Pick<
  PostmortemMatter,
  'id' | 'title' | 'severity' | 'kind' | 'owner' | 'services' | 'actions' | 'authors' | 'status'
> &
  Partial<Pick<PostmortemMatter, 'impact' | 'detection' | 'review' | 'closed'>>

export function readTemplate(root: string, given: string | undefined): Template {
  const file = given ?? TEMPLATE
  const absolute = given === undefined ? path.join(root, file) : path.resolve(given)
  if (!existsSync(absolute)) throw new OperatorError('usage', { file, message: 'there is no such template' })
  return { file, text: readFileSync(absolute, 'utf8') }
}

/** The post-mortem that these journals already have. Two are one too many. */
export function existingFor(root: string, { runs, incident }: Gathered): Postmortem | undefined {
  const found = requirePostmortems(root).filter(({ matter }) =>
    incident
      ? matter.incident === incident.id
      : matter.incident === undefined && runs.some(({ state }) => matter.runRefs.includes(state.run)),
  )
  if (found.length > 1)
    throw new OperatorError(
      'usage',
      found.map(({ file, locate }) => ({
        ...locate(['runRefs']),
        file,
        message: 'is a post-mortem of the same run as another: one of them has to go',
      })),
    )
  return found[0]
}

/** What a post-mortem is computed from. */
export type Basis = { root: string; plan: Plan; gathered: Gathered; template: Template }
export type Change = Basis & { said: Said; regions: readonly Region[] }

/** Nobody wrote outside the regions: what they wrote there would be lost. */
export function requireUntouched(postmortem: Postmortem, basis: Basis): void {
  const { file, matter, body, bodyLine } = postmortem
  if (computedHash(body) === matter.computed) return
  throw new OperatorError('usage', {
    file,
    line: bodyLine + differsAt(postmortem, basis),
    message: 'something was written outside the marked regions, and would be lost: nothing was changed',
    hint: `Move it between two markers and undo the rest${isInDiff(basis.root, file) ? ' (git diff shows it)' : ''}, or say --overwrite.`,
  })
}

/** The first line of the body that would be another; the first of all, where it cannot be computed what would be written. */
function differsAt({ file, matter, body, regions }: Postmortem, basis: Basis): number {
  return attempt(
    () => {
      const { text } = compose({ ...basis, said: keptOf(matter), regions })
      return firstDifference(body, readPostmortem(text, file).postmortem?.body ?? body) ?? 0
    },
    () => 0,
  )
}

/** Of a file that was never added, and of a change that was committed, git diff shows nothing. */
function isInDiff(root: string, file: string): boolean {
  return spawnSync('git', ['diff', '--quiet', '--', file], { cwd: root }).status === 1
}

/** What people said, without what is computed. */
export function keptOf(matter: PostmortemMatter): Said {
  const { description: _description, mdx: _mdx, runRefs: _runs, incident: _incident, ...rest } = matter
  const { startedAt: _started, endedAt: _ended, measured: _measured, computed: _computed, ...said } = rest
  return said
}

/** Computes the document, makes sure that it can be read again, then writes it and the journals it cites. */
export function writePostmortem(change: Change): string {
  const { file, text } = compose(change)
  const { problems } = readPostmortem(text, file)
  if (problems.length > 0) throw new OperatorError('usage', problems)
  publishJournals(change.root, change.gathered)
  writeWhole(path.join(change.root, file), text)
  return file
}

function compose({ plan, gathered, template, said: given, regions }: Change): { file: string; text: string } {
  const said = { ...given, ...cleaned(given) }
  const file = `${POSTMORTEMS}/${said.id}.md`
  const { runs, incident } = gathered
  const owner = plan.contacts.people[said.owner]?.name ?? said.owner
  const { data, measured, startedAt, endedAt } = computePostmortem(
    { ...said, owner },
    runs.map(({ source }) => source),
    incident
      ? {
          rows: incident.rows,
          startedAt: incident.state.declaredAt,
          endedAt: incident.state.overAt ?? null,
        }
      : undefined,
  )
  const matter = {
    ...said,
    description: `Post-mortem of ${said.title}: ${said.kind}, ${said.severity}.`,
    mdx: { format: 'md' as const },
    runRefs: runs.map(({ state }) => state.run),
    ...(incident ? { incident: incident.id } : {}),
    startedAt,
    endedAt,
    measured,
  }
  const text = postmortemDocument(matter, data, template, {
    file,
    regions: regions.map((region) => ({ ...region, text: redact(region.text) })),
  })
  return { file, text }
}

/** The words of people without secrets. */
function cleaned({ title, actions }: Said): Pick<Said, 'title' | 'actions'> {
  return { title: redact(title), actions: postmortemMatter.shape.actions.parse(actions.map(cleanAction)) }
}
