import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadPlan } from '../../src/document/plan.ts'
import { PLAN } from '../helpers/plan.ts'
import { temporaryProject } from './temporary-project.ts'

function problemsOf(policy: string): string[] {
  const environments = `default: a\nenvironments:\n  a:\n    title: A\n    protected: true\n    policy:\n${policy}`
  using project = temporaryProject({ ...PLAN, 'docs/plan/environments.yaml': environments })
  return loadPlan(project.root).problems.map(
    ({ line, column, message }) => `${line ?? 0}:${column ?? 0} ${message}`,
  )
}

const rows = [
  {
    title: 'everything that can be said',
    policy: `      identity: signed
      roles: { safe: [anyone], caution: [dba], destructive: [step-role, incident-commander] }
      approvals: { asWritten: true, safe: 0, caution: 1, destructive: 2, rollback: true }
      approvers: [incident-commander]
      approvalValidFor: 10m
      unattended: refused
      signJournal: true
`,
    problems: [],
  },
  {
    title: 'a role that nobody has',
    policy: '      roles:\n        destructive: [dba, dab]\n',
    problems: ['8:28 nobody in contacts.yaml has the role "dab"'],
  },
  {
    title: 'approvers that nobody is',
    policy: '      approvers: [network]\n',
    problems: ['7:19 nobody in contacts.yaml has the role "network"'],
  },
  {
    title: 'an unknown word',
    policy: '      identity: maybe\n',
    problems: [
      '7:17 environments.a.policy.identity: Invalid option: expected one of "none"|"for-approvals"|"signed"',
    ],
  },
  {
    title: 'an unknown danger',
    policy: '      roles: { deadly: [dba] }\n',
    problems: ['7:16 environments.a.policy.roles: unknown key "deadly"'],
  },
  {
    title: 'nobody at all',
    policy: '      roles: { safe: [] }\n',
    problems: ['7:16 environments.a.policy.roles.safe: Too small: expected array to have >=1 items'],
  },
]

for (const { title, policy, problems } of rows)
  void test(`policy: ${title}`, () => {
    assert.deepEqual(problemsOf(policy), problems)
  })
