import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyRun } from '../../src/journal/verify.ts'
import { killService, open, type Lab } from '../../src/lab/index.ts'
import { drillRecordSchema } from '../../src/reports/drill-record.ts'
import { only } from '../helpers/claims.ts'
import { makeProject, runbook, step } from '../helpers/project.ts'
import type { Project } from '../helpers/project.ts'
import { labRoot, promote, setRoute } from '../lab/support.ts'

const ENVIRONMENTS = `default: lab
environments:
  lab:
    title: Lab
    protected: false
    lab: true
`
const WAITS = runbook(
  step('wait', '', ['sh run', 'test -e go']),
  'drill: { fault: postgres-kill, on: orders-db.primary }',
)

async function requireLab(): Promise<Lab> {
  const lab = await open('default')
  assert.ok(lab)
  return lab
}

/** The shortest failover there is, by hand, seen by the canary. */
async function failOver(lab: Lab, project: Project): Promise<void> {
  const after = Date.parse(only(project.journal(), 'fault-injected')[0]?.faultAt ?? '')
  await promote(lab, 'us-east')
  await setRoute(lab, 'us-east')
  await lab.canary.waitUntilRecovered({ after, timeoutMs: 20_000 })
}

void test(
  'a drill pauses, the canary is killed: resumed, it is measured, sealed and published',
  { timeout: 120_000 },
  async (t) => {
    const root = labRoot(t)
    const env = { DRILLBOOK_LAB: root }
    const project = makeProject(t, {
      'docs/plan/environments.yaml': ENVIRONMENTS,
      'runbooks/it.mdx': WAITS,
    })
    const begun = await project.cli(['drill', 'it', '--yes'], { env })
    assert.match(begun.stdout, /Paused: wait failed/, begun.stderr)
    const lab = await requireLab()
    const { prefix } = await lab.canary.status()
    assert.equal(only(project.journal(), 'fault-injected')[0]?.ledger, prefix)
    await failOver(lab, project)
    await killService(lab, 'canary')
    project.write('go', '')

    const end = await project.cli(['resume', 'last', '--yes'], { env })
    assert.equal(end.code, 0, end.stdout + end.stderr)
    const { 'eu-west': lost } = lab.nodes
    // The edge was switched in between; the name is still that of the machine it was when the run began.
    assert.match(
      end.stdout,
      new RegExp(`! orders-db\\.primary 127\\.0\\.0\\.1:${lost.postgresPort} does not answer`),
    )
    assert.match(end.stdout, /Drill: the canary does not answer/)
    assert.deepEqual(verifyRun(project.lastRun()).problems, [])
    assert.equal(project.journal().at(-1)?.event, 'run-sealed')
    const [id = ''] = project.runIds()
    const text = project.read(`docs/drills/${id}.json`)
    assert.notEqual(text, '', 'the record is published')
    const record = drillRecordSchema.parse(JSON.parse(text))
    assert.deepEqual([record.run, record.verdict, record.measured.lost], [id, 'passed', 0])
  },
)
