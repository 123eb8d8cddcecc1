import type { Postmortem } from '../../document/postmortems.ts'
import type { PostmortemMatter } from '../../model/postmortem.ts'
import { OperatorError } from '../../model/problem.ts'
import { gather } from './gather.ts'
import { readPlan } from './plan.ts'
import { keptOf, readTemplate, requireUntouched, writePostmortem } from './write.ts'

/** Writes a post-mortem again with something changed that people say of it. */
export function rewrite(
  root: string,
  runsFolder: string,
  postmortem: Postmortem,
  changes: Partial<PostmortemMatter>,
): string {
  const { matter, regions, file } = postmortem
  const wanted = matter.incident ?? matter.runRefs[0]
  if (wanted === undefined)
    throw new OperatorError('usage', {
      file,
      message: 'names neither a run nor an incident: it cannot be computed',
    })
  const basis = {
    root,
    plan: readPlan(root),
    gathered: gather(root, runsFolder, wanted, true),
    template: readTemplate(root, undefined),
  }
  requireUntouched(postmortem, basis)
  return writePostmortem({
    ...basis,
    said: { ...keptOf(matter), ...withoutComputed(changes) },
    regions,
  })
}

function withoutComputed({
  status,
  review,
  closed,
  actions,
}: Partial<PostmortemMatter>): Partial<Pick<PostmortemMatter, 'status' | 'review' | 'closed' | 'actions'>> {
  return {
    ...(status ? { status } : {}),
    ...(review ? { review } : {}),
    ...(closed ? { closed } : {}),
    ...(actions ? { actions } : {}),
  }
}
