import type { EventSource, IncidentEventBody } from '../../model/incident-event.ts'
import { redact } from '../declare-secrets.ts'

/** An event of an incident as it may be written down: all that people or programs worded, without secrets. Ids stay: things are found by them. */
export function cleanIncidentEvent(unsafe: IncidentEventBody): IncidentEventBody {
  const body = { ...unsafe, actor: redact(unsafe.actor), source: cleanSource(unsafe.source) }
  switch (body.event) {
    case 'declared':
      return { ...body, title: redact(body.title) }
    case 'role_assumed':
      return { ...body, role: redact(body.role), person: redact(body.person), from: cleanName(body.from) }
    case 'role_released':
      return { ...body, role: redact(body.role), person: redact(body.person), to: cleanName(body.to) }
    case 'update_promised':
      return { ...body, audience: redact(body.audience) }
    case 'message_rendered':
      return { ...body, subject: redact(body.subject) }
    case 'message_sent':
      return { ...body, receipt: redact(body.receipt) }
    case 'run_attached':
    case 'message_retried':
      return body
    default:
      return { ...body, text: redact(body.text) }
  }
}

function cleanName(name: string | null): string | null {
  return name === null ? null : redact(name)
}

function cleanSource(source: EventSource): EventSource {
  switch (source.kind) {
    case 'person':
      return { ...source, name: redact(source.name) }
    case 'link':
      return { ...source, url: cleanLink(source.url) }
    case 'file':
      return { ...source, file: redact(source.file) }
    default:
      return source
  }
}

/** Stands for an address of which too little is left: readers refuse a line whose address is none. */
const SECRET_LINK = 'about:redacted'

function cleanLink(url: string): string {
  const clean = redact(url)
  return URL.canParse(clean) ? clean : SECRET_LINK
}
