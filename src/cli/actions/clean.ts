import type { ActionItem } from '../../model/action-item.ts'
import { redact } from '../declare-secrets.ts'

/** An item as it may be written into a report: what people worded, without secrets. */
export function cleanAction(item: ActionItem): ActionItem {
  const { confirmed, wontDo } = item
  return {
    ...item,
    title: redact(item.title),
    doneWhen: redact(item.doneWhen),
    ...(confirmed && { confirmed: { ...confirmed, evidence: redact(confirmed.evidence) } }),
    ...(wontDo && { wontDo: { ...wontDo, reason: redact(wontDo.reason) } }),
  }
}
