import type { Postmortem } from '../../document/postmortems.ts'
import { isOpen } from '../../model/action-item.ts'
import type { PostmortemMatter } from '../../model/postmortem.ts'
import { OperatorError } from '../../model/problem.ts'
import type { Problem } from '../../model/problem.ts'
import { isUnwritten } from '../../model/regions.ts'

/** The regions that have words in them before a review. */
const REQUIRED = ['summary', 'contributing-factors', 'resolution']

/** draft → in_review: everything that a reviewer reads is there. */
export function submit(postmortem: Postmortem, reviewer: string, now: Date): Partial<PostmortemMatter> {
  const { matter } = postmortem
  expectStatus(postmortem, ['draft'])
  refuse([...openFields(postmortem), ...sameAsAuthor(postmortem, reviewer)])
  return {
    status: 'in_review',
    review: { reviewer, requestedAt: now.toISOString() },
    authors: matter.authors,
  }
}

/** in_review → reviewed, by the reviewer, who is neither owner nor author. */
export function review(postmortem: Postmortem, by: string, now: Date): Partial<PostmortemMatter> {
  const { file, matter, locate } = postmortem
  expectStatus(postmortem, ['in_review'])
  const wrong = matter.review?.reviewer !== by
  refuse([
    ...openFields(postmortem),
    ...sameAsAuthor(postmortem, by),
    ...(wrong
      ? [
          {
            ...locate(['review', 'reviewer']),
            file,
            message: `the reviewer is ${matter.review?.reviewer ?? 'nobody'}, not ${by}`,
          },
        ]
      : []),
  ])
  const { requestedAt } = matter.review ?? { requestedAt: now.toISOString() }
  return { status: 'reviewed', review: { reviewer: by, requestedAt, reviewedAt: now.toISOString() } }
}

/** reviewed → closed: every open action item is one that somebody can find again. */
export function close(postmortem: Postmortem, by: string, now: Date): Partial<PostmortemMatter> {
  const { file, matter, locate } = postmortem
  expectStatus(postmortem, ['reviewed'])
  refuse([
    ...openFields(postmortem),
    ...matter.actions.flatMap((item, index) =>
      isOpen(item) && item.tracker === undefined
        ? [
            {
              ...locate(['actions', index]),
              file,
              message: `the action item ${item.id} is open and has no tracker: nobody will see it again`,
            },
          ]
        : [],
    ),
  ])
  return { status: 'closed', closed: { by, at: now.toISOString() } }
}

function expectStatus({ file, matter, locate }: Postmortem, expected: PostmortemMatter['status'][]): void {
  if (expected.includes(matter.status)) return
  throw new OperatorError('refused', {
    ...locate(['status']),
    file,
    message: `the status is ${matter.status}, expected ${expected.join(' or ')}`,
    hint: 'draft → submit → in_review → review → reviewed → close → closed',
  })
}

/** What is not required and still says that somebody is to write it: a reader is told, the review goes on. */
export function stillOpen({ file, regions }: Postmortem): Problem[] {
  return regions
    .filter(({ text }) => isUnwritten(text))
    .map(({ name, line }) => ({
      file,
      line,
      message: `"${name}" has not been written yet`,
      hint: 'Where there is nothing to tell, say that.',
    }))
}

function openFields({ file, regions, bodyLine }: Postmortem): Problem[] {
  return REQUIRED.flatMap((name) => {
    const region = regions.find((one) => one.name === name)
    return region && !isUnwritten(region.text)
      ? []
      : [{ file, line: region?.line ?? bodyLine, message: `"${name}" has not been written yet` }]
  })
}

function sameAsAuthor({ file, matter, locate }: Postmortem, reviewer: string): Problem[] {
  const { owner, authors } = matter
  return [owner, ...authors].includes(reviewer)
    ? [{ ...locate(['owner']), file, message: `${reviewer} wrote this: somebody else reviews it` }]
    : []
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new OperatorError('refused', [...problems])
}
