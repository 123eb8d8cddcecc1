import type { ActionItem } from '../../model/action-item.ts'
import type { JournalEvent } from '../../model/event.ts'
import type { RecordKind } from '../../model/framework.ts'
import type { PostmortemMatter } from '../../model/postmortem.ts'
import type { Service } from '../../model/service.ts'
import type { Contacts } from '../../model/contact.ts'
import type { Schedule } from '../../model/schedule.ts'
import type { DrillRecord } from '../drill-record.ts'

/** One thing that supports controls: what it is, of which day, and where it can be read. */
export type EvidenceRecord = {
  kind: RecordKind
  id: string
  title: string
  /** RFC 3339, or a day. */
  at: string
  /** Below the project. */
  file: string
  /** How it ended, where it can end well or badly. */
  verdict: string
}

export type EvidenceInput = {
  /** When plan and runbooks were last changed, as a revision of the repository; undefined outside of one. */
  revision: { commit: string; at: string } | undefined
  services: Record<string, Service>
  contacts: Contacts
  schedule: Schedule
  drills: readonly DrillRecord[]
  postmortems: readonly { file: string; matter: PostmortemMatter }[]
  actions: readonly { file: string; item: ActionItem }[]
  exercises: readonly { file: string; title: string; at: string }[]
  /** `sealed`: its chain is whole, and the seal beside it names its last line. */
  journals: readonly { id: string; file: string; events: readonly JournalEvent[]; sealed: boolean }[]
  incidents: readonly { id: string; file: string; title: string; at: string; messages: number }[]
}

/** Every record there is, failed drills as well: the whole population, newest first. */
export function evidenceRecords(input: EvidenceInput): EvidenceRecord[] {
  return [
    ...planRecords(input),
    ...input.drills.flatMap((drill) => drillRecords(drill, input.schedule)),
    ...input.postmortems.flatMap(postmortemRecords),
    ...input.actions.map(({ file, item }) =>
      record('action', item.id, item.title, item.opened, file, item.status),
    ),
    ...input.exercises.map(({ file, title, at }) => record('exercise', file, title, at, file)),
    ...input.journals.flatMap(journalRecords),
    ...input.incidents.flatMap(incidentRecords),
  ].toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at) || a.id.localeCompare(b.id))
}

function record(
  kind: RecordKind,
  id: string,
  title: string,
  at: string,
  file: string,
  verdict = '',
): EvidenceRecord {
  return { kind, id, title, at, file, verdict }
}

function planRecords({ revision, services, contacts, schedule }: EvidenceInput): EvidenceRecord[] {
  const verified = Object.values(contacts.people)
    .flatMap(({ methods }) => methods.map(({ verifiedAt }) => verifiedAt ?? ''))
    .filter((day) => day !== '')
    .sort()
  const newest = verified.at(-1)
  const programme = [schedule.backups, schedule.verifications, schedule.drills, schedule.reviews]
  const planned = programme.reduce((sum, part) => sum + Object.keys(part).length, 0)
  return [
    ...(revision
      ? [
          record(
            'plan',
            revision.commit,
            `Plan and runbooks at ${revision.commit.slice(0, 12)}`,
            revision.at,
            'docs/plan/services.yaml',
          ),
          record(
            'schedule',
            revision.commit,
            `${planned} things that are done again and again`,
            revision.at,
            'docs/plan/schedule.yaml',
          ),
        ]
      : []),
    ...Object.entries(services).map(([id, { title, objective }]) =>
      record(
        'objective',
        id,
        `${title}: RTO and RPO approved by ${objective.approvedBy}`,
        objective.approvedAt,
        'docs/plan/services.yaml',
      ),
    ),
    ...(newest === undefined
      ? []
      : [
          record(
            'contacts',
            newest,
            `${verified.length} methods verified`,
            newest,
            'docs/plan/contacts.yaml',
          ),
        ]),
  ]
}

function drillRecords(drill: DrillRecord, { backups, verifications }: Schedule): EvidenceRecord[] {
  const { run, title, startedAt, verdict, measured, runbook } = drill
  const file = `docs/drills/${run}.json`
  const restores = [...Object.values(backups), ...Object.values(verifications)].some(
    (entry) => entry.runbook === runbook,
  )
  return [
    record('drill', run, title, startedAt, file, verdict),
    ...(measured.lost === null
      ? []
      : [
          record(
            'integrity',
            run,
            `${measured.lost} of ${measured.acknowledged ?? '?'} acknowledged writes lost`,
            startedAt,
            file,
            verdict,
          ),
        ]),
    ...(restores ? [record('restore', run, title, startedAt, file, verdict)] : []),
  ]
}

function postmortemRecords({ file, matter }: EvidenceInput['postmortems'][number]): EvidenceRecord[] {
  const { id, title, startedAt, status, kind, review } = matter
  return [
    record('postmortem', id, title, startedAt, file, status),
    ...(review?.reviewedAt === undefined
      ? []
      : [record('review', id, `${title}, reviewed by ${review.reviewer}`, review.reviewedAt, file)]),
    ...(kind === 'incident' ? [record('incident', id, title, startedAt, file, status)] : []),
  ]
}

function journalRecords({ id, file, events, sealed }: EvidenceInput['journals'][number]): EvidenceRecord[] {
  const last = events.at(-1)
  return [
    ...(sealed && last ? [record('journal', id, `${events.length} lines, sealed`, last.at, file)] : []),
    ...events.flatMap((event) => {
      if (event.event === 'approval-given')
        return [
          record(
            'approval',
            `${id}/${event.seq}`,
            `${event.step} approved by ${event.approver}`,
            event.at,
            file,
          ),
        ]
      if (event.event === 'inform-written')
        return [record('communication', `${id}/${event.seq}`, `Message to ${event.audience}`, event.at, file)]
      return []
    }),
  ]
}

function incidentRecords({
  id,
  file,
  title,
  at,
  messages,
}: EvidenceInput['incidents'][number]): EvidenceRecord[] {
  return [
    record('incident', id, title, at, file),
    ...(messages > 0 ? [record('communication', id, `${messages} messages in ${title}`, at, file)] : []),
  ]
}
