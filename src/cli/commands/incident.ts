import { OperatorError } from '../../model/problem.ts'
import { suggest } from '../../model/suggest.ts'
import type { Command, Io } from '../command.ts'
import type { ExitName } from '../../model/exit-code.ts'

const usage = `drillbook incident <what> …             (npm run incident <what> -- [options])

  declare    --title TEXT --severity sev1 --commander WHO [--role ROLE=WHO]… [--service ID]… [--env NAME]
             [--kind incident|drill|exercise]    asks for what is missing
  note       "what you saw or did"               one line; the options below for another time or person
  mark       impact_start | detected | paged | acked | mitigated | impact_end | resolved | last_good_data |
             recovery_point_selected | service_restored | data_verified   "what was seen"
  decide     "what was decided, and why"
  suspect    "what might be the cause" [--state open|confirmed|refuted]
  severity   sev1…sev4 --text WHY
  role       ROLE WHO        takes a role over, also from somebody; ROLE --release gives it up
  attach     RUN             the run is part of this incident; detach RUN --text WHY
  promise    30m [--to AUDIENCE]                 when the next update is due
  clock      REGULATION [BASIS]                  starts a duty to report; --notified NOTICE, --not-applicable end it
  status     [--watch]       elapsed, roles, next update, clocks, messages that did not leave
  import     FILE [--date YYYY-MM-DD --zone Europe/Berlin]   notes on paper, or the export of a page's checklist
  close      --text HOW      declares it over and seals the journal; reopen --text WHY
             [--yes]         also while an update is promised to somebody, or the clock of a duty to report runs
  list

  --incident ID   which one; default: DRILLBOOK_INCIDENT, or the only one that is open
  --at TIME       when it happened: 14:05, -10m, 2026-03-29T02:14:00+01:00; then it counts as estimated
  --exact         … but you know it exactly;  --until TIME makes it a range
  --by WHO        who did or saw it;  --link URL  where that can be seen
  --operator WHO  who you are; default: DRILLBOOK_OPERATOR or the account's name
  --json          for programs

Everything is a line of runs/incidents/<id>/journal.ndjson. "drillbook show" and "drillbook verify" take an incident's id too.`

type Part = (argv: string[], io: Io) => Promise<ExitName>

/** Each is loaded only when it is asked for: a note has to be quick. */
const PARTS: Record<string, () => Promise<Part>> = {
  declare: async () => (await import('../incident/declare.ts')).declare,
  note: async () => (await import('../incident/tell.ts')).note,
  mark: async () => (await import('../incident/tell.ts')).mark,
  decide: async () => (await import('../incident/tell.ts')).decide,
  suspect: async () => (await import('../incident/tell.ts')).suspect,
  severity: async () => (await import('../incident/frame.ts')).changeSeverity,
  role: async () => (await import('../incident/frame.ts')).changeRole,
  promise: async () => (await import('../incident/frame.ts')).promiseUpdate,
  clock: async () => (await import('../incident/clock.ts')).changeClock,
  attach: async () => (await import('../incident/attach.ts')).attach,
  detach: async () => (await import('../incident/attach.ts')).detach,
  status: async () => (await import('../incident/status.ts')).status,
  import: async () => (await import('../incident/import.ts')).importNotes,
  close: async () => (await import('../incident/close.ts')).close,
  reopen: async () => (await import('../incident/close.ts')).reopen,
  list: async () => (await import('../incident/status.ts')).list,
}

export const command: Command = {
  summary: 'Declare an incident, take notes, keep roles and clocks, close it.',
  usage,
  run: async ([what = '', ...rest], io) => {
    const load = Object.hasOwn(PARTS, what) ? PARTS[what] : undefined
    if (load) return await (await load())(rest, io)
    throw new OperatorError('usage', {
      message: what === '' ? 'expected what to do with an incident' : `unknown "incident ${what}"`,
      hint: what === '' ? 'npx drillbook incident --help' : suggest(what, Object.keys(PARTS)),
    })
  },
}
