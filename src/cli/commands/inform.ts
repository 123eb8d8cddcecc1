import { parseCommandLine } from '../arguments.ts'
import type { Command } from '../command.ts'

const usage = `drillbook inform --to AUDIENCE [options]      (npm run inform -- --to AUDIENCE …)
drillbook inform --outbox [--retry | --give-up WHY] [--incident ID | --run RUN]

Writes a message about an incident from a template, shows it, asks, records it and sends it. Sending is done aside: what does not
arrive is tried again, and nothing waits for it.

  --to AUDIENCE         internal, executive, customer, regulator, status-page … of docs/plan/communications.yaml
  --phase PHASE         investigating, identified, monitoring or resolved; default: that of the last message
  --text "WORDS"        what you add in your own words
  --next 30m            when the next update is due; default: everyMinutes of the audience
  --template NAME       a file of templates/inform; default: AUDIENCE/PHASE.SEVERITY, AUDIENCE/PHASE or AUDIENCE/any
  --via CHANNEL         other channels than those of the audience; may be repeated. file and clipboard are always there
  --dry-run             show exactly what would leave, without secrets; nothing is recorded
  --yes                 send without asking
  --incident ID         which one; default: DRILLBOOK_INCIDENT, or the only one that is open

  --outbox              what has not left yet, of all incidents and runs, and start sending it again
  --retry               also what is not tried by itself any more;   --give-up WHY  ends it
  --run RUN             only the messages of this run
  --operator WHO        who you are;   --json  for programs`

export const command: Command = {
  summary: 'Tell people: write, show, send and record a message.',
  usage,
  run: async (argv, io) => {
    const { values } = parseCommandLine('inform', argv, {
      to: { type: 'string' },
      phase: { type: 'string' },
      text: { type: 'string', default: '' },
      next: { type: 'string' },
      template: { type: 'string' },
      via: { type: 'string', multiple: true, default: [] },
      'dry-run': { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      incident: { type: 'string' },
      run: { type: 'string' },
      outbox: { type: 'boolean', default: false },
      retry: { type: 'boolean', default: false },
      'give-up': { type: 'string' },
      send: { type: 'string' },
      operator: { type: 'string' },
      json: { type: 'boolean', default: false },
    })
    if (values.send !== undefined) {
      const { sendFolder } = await import('../inform/show-outbox.ts')
      return await sendFolder(values.send)
    }
    if (values.outbox) {
      const { showOutbox } = await import('../inform/show-outbox.ts')
      return await showOutbox(values, io)
    }
    const { writeMessage } = await import('../inform/write.ts')
    return await writeMessage(values, io)
  },
}
