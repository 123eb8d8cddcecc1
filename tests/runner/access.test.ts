import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  approvalsNeeded,
  eligibleText,
  isEligible,
  mayApprove,
  mayRun,
  policyOf,
} from '../../src/model/permission.ts'
import type { Danger } from '../../src/model/runbook.ts'
import { accessOf } from '../../src/runner/access.ts'
import type { AccessRules } from '../../src/runner/access.ts'
import { stepOf } from '../helpers/approval-session.ts'

const LAB = policyOf({ protected: false, lab: true })
const PLAIN = policyOf({ protected: false, lab: false })
const PROTECTED = policyOf({ protected: true, lab: false })
const OPEN = policyOf({ protected: true, lab: false, policy: { unattended: 'allowed' } })

void test('what is not said in a policy depends on the kind of environment', () => {
  const rows = [
    { policy: LAB, destructive: ['anyone'], asWritten: false, unattended: 'allowed' },
    { policy: PLAIN, destructive: ['anyone'], asWritten: true, unattended: 'allowed' },
    {
      policy: PROTECTED,
      destructive: ['step-role', 'incident-commander'],
      asWritten: true,
      unattended: 'not-destructive',
    },
  ]
  for (const { policy, destructive, asWritten, unattended } of rows) {
    assert.deepEqual(policy.roles, { safe: ['anyone'], caution: ['anyone'], destructive })
    assert.deepEqual(policy.approvals, { asWritten, safe: 0, caution: 0, destructive: 0, rollback: false })
    assert.equal(policy.unattended, unattended)
    assert.equal(policy.identity, 'for-approvals')
    assert.equal(policy.approvalMs, 900_000)
    assert.equal(policy.signJournal, false)
  }
})

void test('the roles of a step: its own, those of the policy, or anyone', () => {
  const step = stepOf()
  const { role: _role, ...nameless } = step
  assert.deepEqual(mayRun(PROTECTED, step), ['dba', 'incident-commander'])
  assert.deepEqual(mayRun(PROTECTED, nameless), ['incident-commander'])
  assert.equal(mayRun(PROTECTED, { ...step, danger: 'caution' }), 'anyone')
  assert.deepEqual(mayApprove(PROTECTED, step), ['dba', 'incident-commander'])
  const own = policyOf({ protected: true, lab: false, policy: { approvers: ['service-owner', 'step-role'] } })
  assert.deepEqual(mayApprove(own, step), ['service-owner', 'dba'])
  const nobody = policyOf({ protected: true, lab: false, policy: { roles: { destructive: ['step-role'] } } })
  assert.ok(!isEligible(mayRun(nobody, nameless), { roles: ['dba'] }))
})

void test('a rollback needs approvals only where the policy says so', () => {
  const step = stepOf({ approvals: 1 })
  assert.deepEqual(approvalsNeeded(PROTECTED, step, 'rollback'), { count: 0, waived: 0 })
  assert.deepEqual(approvalsNeeded(LAB, step, 'run'), { count: 0, waived: 1 })
})

function rules(more: Partial<AccessRules>): AccessRules {
  const methods = [{ kind: 'voice' as const, value: '+12065550101', dependsOn: [], priority: 1 }]
  const common = {
    timeZone: 'Europe/London',
    languages: [],
    methods,
    privacy: 'internal' as const,
    sshKeys: [],
  }
  return {
    policy: PROTECTED,
    people: { ada: { ...common, name: 'Ada', roles: ['dba'] }, eve: { ...common, name: 'Eve', roles: [] } },
    operator: 'ada',
    environment: 'production',
    unattended: false,
    contacts: (eligible) => [`call ${eligibleText(eligible)}`],
    ...more,
  }
}

void test('who may act on a step, and what they are told who may not', () => {
  const rows: { title: string; rules: Partial<AccessRules>; danger: Danger; reason: RegExp | undefined }[] = [
    { title: 'with the role', rules: {}, danger: 'destructive', reason: undefined },
    {
      title: 'without it',
      rules: { operator: 'eve' },
      danger: 'destructive',
      reason:
        /^eve may not run fence-primary, which is destructive in production: dba or incident-commander may$/,
    },
    {
      title: 'without it, something harmless',
      rules: { operator: 'eve' },
      danger: 'caution',
      reason: undefined,
    },
    {
      title: 'a stranger',
      rules: { operator: 'toString' },
      danger: 'destructive',
      reason: /toString, who is not in docs\/plan\/contacts.yaml, may not run/,
    },
    {
      title: 'a stranger in a lab',
      rules: { operator: 'root', policy: LAB },
      danger: 'destructive',
      reason: undefined,
    },
    {
      title: 'nobody, with the role',
      rules: { unattended: true },
      danger: 'destructive',
      reason: /fence-primary is destructive: in production a person has to run it/,
    },
    {
      title: 'nobody, where that is allowed',
      rules: { unattended: true, policy: OPEN },
      danger: 'destructive',
      reason: undefined,
    },
    { title: 'nobody, something harmless', rules: { unattended: true }, danger: 'safe', reason: undefined },
  ]
  for (const { title, rules: more, danger, reason } of rows) {
    const barred = accessOf(rules(more)).barred(stepOf({ danger }))
    if (reason === undefined) assert.equal(barred, undefined, title)
    else assert.match(barred?.reason ?? 'may', reason, title)
  }
  assert.deepEqual(accessOf(rules({ operator: 'eve' })).barred(stepOf())?.contacts, [
    'call dba or incident-commander',
  ])
})
