import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { actionItem, actionItems, ageInDays, isOverdue } from '../../src/model/action-item.ts'

const item = {
  id: 'alert-on-lag',
  title: 'Alert when the standby is more than 10 s behind',
  owner: 'tomas-novak',
  type: 'detect',
  priority: 'p1',
  opened: '2026-11-01',
  due: '2026-11-20',
  doneWhen: 'The alert fires in a drill that cuts replication.',
}

function complaints(value: unknown): string[] {
  const { error } = actionItem.safeParse(value)
  return error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []
}

void describe('an action item', () => {
  void test('is open until something else is said', () => assert.equal(actionItem.parse(item).status, 'open'))

  const refused: [title: string, change: Record<string, unknown>, path: string][] = [
    ['two owners', { owner: 'ana, ben' }, 'owner'],
    ['no due day', { due: undefined }, 'due'],
    ['a due day before it was opened', { due: '2026-10-01' }, 'due'],
    ['a word for a priority', { priority: 'soon' }, 'priority'],
    ['a step of no runbook', { step: 'promote' }, 'step'],
    ['done without anybody having seen it', { status: 'done' }, 'status'],
    ['not done without a reason', { status: 'wont_do' }, 'wontDo'],
    ['an empty doneWhen', { doneWhen: '  ' }, 'doneWhen'],
    ['a tracker that is a script', { tracker: 'javascript:alert(1)' }, 'tracker'],
    ['a key that nobody knows', { assignee: 'ana' }, ''],
  ]
  for (const [title, change, path] of refused)
    void test(`is refused with ${title}`, () => {
      const found = complaints({ ...item, ...change })
      assert.equal(found.length, 1, found.join('\n'))
      assert.ok(found[0]?.startsWith(`${path}:`), found[0])
    })

  void test('may end in each of three ways', () => {
    const confirmed = { by: 'ana', at: '2026-11-10', evidence: 'commit 1a2b3c' }
    const wontDo = { reason: 'The service is retired.', approver: 'maria-keller', at: '2026-11-10' }
    assert.deepEqual(complaints({ ...item, status: 'done', confirmed }), [])
    assert.deepEqual(complaints({ ...item, status: 'done', verifiedByRun: '20261110-1' }), [])
    assert.deepEqual(complaints({ ...item, status: 'wont_do', wontDo }), [])
  })

  void test('has an id of its own', () => {
    const { error } = actionItems.safeParse([item, item])
    assert.deepEqual(error?.issues[0]?.path, [1, 'id'])
  })

  void test('is overdue once its day is over, and only while it is open', () => {
    const open = actionItem.parse(item)
    assert.equal(isOverdue(open, new Date('2026-11-20T23:59:59Z')), false)
    assert.equal(isOverdue(open, new Date('2026-11-21T00:00:00Z')), true)
    assert.equal(isOverdue({ ...open, status: 'done' }, new Date('2026-12-21T00:00:00Z')), false)
    assert.equal(ageInDays(open, new Date('2026-11-21T04:00:00Z')), 20)
  })
})
