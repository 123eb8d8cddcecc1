import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { readSupervision } from '../../src/host/supervision.ts'
import { assertSound, standing } from '../helpers/claims.ts'
import { kill } from '../helpers/processes.ts'
import type { Project } from '../helpers/project.ts'
import { ended, makeProject, runbook, step } from '../helpers/project.ts'
import { Terminal, needsTmux } from '../helpers/terminal.ts'

/** A disk that is full, too small or read-only: the run stops before the next effect, says so plainly, and goes on when there is room. */

const SAYS =
  /journal\.ndjson {2}the journal cannot be written: (ENOSPC|EFBIG|EROFS).* The run stops before anything else is done\.\n {4}Free space there; or copy the folder of the run to another disk and set DRILLBOOK_RUNS to the folder it is in\. Then resume\./

/** A small file system of its own, where this account may mount one. */
function mountDisk(t: TestContext, folder: string): boolean {
  mkdirSync(folder, { recursive: true })
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', folder]).status !== 0) {
    t.skip('this account may not mount a small disk (mount -t tmpfs)')
    return false
  }
  return true
}

/** Before the project's own folder is removed. */
function unmount(folder: string): void {
  spawnSync('umount', [folder])
}

/** Leaves nothing free. */
const FILL =
  'dd if=/dev/zero of="$DISK/filler" bs=64k 2> /dev/null || true\ndd if=/dev/zero of="$DISK/filler2" bs=1 2> /dev/null || true'

const BODY =
  step('one', '', ['sh run', 'echo one >> effects.log']) +
  step(
    'fill',
    '',
    ['sh run', `${FILL}\necho filled >> effects.log`],
    ['sh verify', 'grep -q filled effects.log'],
  ) +
  step('two', '', ['sh run', 'echo two >> effects.log'])

function free(project: Project, disk: string): void {
  for (const name of ['filler', 'filler2']) rmSync(project.path(disk, name), { force: true })
}

void test(
  'the disk fills up during a step: exit code 4, nothing follows, and the run goes on when there is room',
  { timeout: 60_000 },
  async (t) => {
    const project = makeProject(t, { 'runbooks/it.mdx': runbook(BODY) })
    if (!mountDisk(t, project.runs)) return
    try {
      const env = { DISK: project.runs }
      const end = await project.cli(['run', 'it', '--yes'], { env })
      assert.equal(end.code, 4, end.stderr)
      assert.match(end.stderr, SAYS)
      assert.doesNotMatch(end.stderr, /defect/)
      assert.equal(project.read('effects.log'), 'one\nfilled\n')
      const early = await project.cli(['resume', '--yes'], { env })
      assert.ok([3, 4].includes(early.code ?? -1), `${early.code}: ${early.stderr}`)
      assert.doesNotMatch(early.stderr, /defect/)
      assert.equal(project.read('effects.log'), 'one\nfilled\n')
      free(project, 'runs')
      const resumed = await project.cli(['resume', '--yes'], { env })
      assert.equal(resumed.code, 0, resumed.stderr + resumed.stdout)
      assert.equal(project.read('effects.log'), 'one\nfilled\ntwo\n')
      await assertSound(project)
    } finally {
      unmount(project.runs)
    }
  },
)

void test(
  'what is advised on a full disk works: the lock says the same, and the copy of the run goes on elsewhere',
  needsTmux,
  async (t) => {
    const project = makeProject(t, { 'runbooks/it.mdx': runbook(BODY) })
    if (!mountDisk(t, project.runs)) return
    try {
      const env = { DISK: project.runs }
      assert.equal((await project.cli(['run', 'it', '--yes'], { env })).code, 4)
      const resumed = new Terminal(t, project, ['resume'], env)
      await resumed.endsWith(/Something the runbook needs is missing/)
      resumed.press('Up', 'Enter')
      await resumed.exits(4)
      assert.match(resumed.screen(), /2\.json {2}the lock cannot be written: ENOSPC/)
      const left = project.files().filter((file) => file.startsWith('runs/locks/'))
      assert.deepEqual(left, ['runs/locks/it@plain/1.json'])
      // It keeps the outcome until there is room, and whoever resumes waits for that.
      for (const { pid } of readSupervision(project.lastRun()).supervisors) kill(pid)
      cpSync(project.lastRun(), project.path('elsewhere', path.basename(project.lastRun())), {
        recursive: true,
      })
      const elsewhere = { env: { DRILLBOOK_RUNS: project.path('elsewhere') } }
      const end = await project.cli(['resume', '--yes'], elsewhere)
      assert.equal(end.code, 0, end.stderr + end.stdout)
      assert.equal(project.read('effects.log'), 'one\nfilled\ntwo\n')
    } finally {
      unmount(project.runs)
    }
  },
)

void test('the disk of the mirror fills up: the same', { timeout: 60_000 }, async (t) => {
  const project = makeProject(t, { 'runbooks/it.mdx': runbook(BODY) })
  const mirror = project.path('mirror')
  if (!mountDisk(t, mirror)) return
  try {
    const end = await project.cli(['run', 'it', '--yes', '--mirror', mirror], { env: { DISK: mirror } })
    assert.equal(end.code, 4, end.stderr)
    assert.match(end.stderr, /mirror\/.*\/journal\.ndjson {2}the journal cannot be written: ENOSPC/)
    assert.match(end.stderr, /\n {4}Free space there; or resume with another mirror/)
    assert.equal(project.read('effects.log'), 'one\nfilled\n')
    const resumed = await project.cli(['resume', '--yes'])
    assert.equal(resumed.code, 0, resumed.stderr)
    assert.equal(project.read('effects.log'), 'one\nfilled\ntwo\n')
    await assertSound(project)
  } finally {
    unmount(mirror)
  }
})

void test(
  'the output of a fence fills the disk: the fence ends undisturbed, then the run stops',
  { timeout: 60_000 },
  async (t) => {
    const chatty = step(
      'one',
      '',
      ['sh run', `${FILL}\nhead -c 5000000 /dev/zero | tr '\\0' 'x'\necho one >> effects.log`],
      ['sh verify', 'grep -q one effects.log'],
    )
    const project = makeProject(t, {
      'runbooks/it.mdx': runbook(chatty + step('two', '', ['sh run', 'echo two >> effects.log'])),
    })
    if (!mountDisk(t, project.runs)) return
    try {
      const end = await project.cli(['run', 'it', '--yes'], { env: { DISK: project.runs } })
      assert.equal(end.code, 4, end.stderr)
      assert.match(end.stderr, SAYS)
      assert.equal(project.read('effects.log'), 'one\n')
      free(project, 'runs')
      const resumed = await project.cli(['resume', '--yes'])
      assert.equal(resumed.code, 0, resumed.stderr + resumed.stdout)
      assert.equal(project.read('effects.log'), 'one\ntwo\n')
      await assertSound(project)
    } finally {
      unmount(project.runs)
    }
  },
)

void test(
  'a disk that cannot be written at all: refused with words before anything is done',
  { timeout: 60_000 },
  async (t) => {
    const project = makeProject(t, { 'runbooks/it.mdx': runbook(BODY) })
    if (!mountDisk(t, project.runs)) return
    try {
      execFileSync('mount', ['-o', 'remount,ro', project.runs])
      const end = await project.cli(['run', 'it', '--yes'])
      assert.ok([3, 4].includes(end.code ?? -1), `${end.code}: ${end.stderr}`)
      assert.match(end.stderr, /EROFS|read-only/)
      assert.doesNotMatch(end.stderr, /defect/)
      assert.equal(project.read('effects.log'), '')
    } finally {
      unmount(project.runs)
    }
  },
)

void test('a limit on the size of files: exit code 4 and the same words', { timeout: 60_000 }, async (t) => {
  const steps = Array.from({ length: 12 }, (_, index) =>
    step(`s${index}`, '', ['sh run', `echo ${index} >> effects.log`]),
  ).join('')
  const project = makeProject(t, { 'runbooks/it.mdx': runbook(steps) })
  // Plans and runbooks are cached first: only the journal meets the limit then.
  assert.equal((await project.cli(['run', 'it', '--dry-run'])).code, 0)
  const end = await ended(project.shell('ulimit -f 16; exec "$@"', ['run', 'it', '--yes']))
  assert.equal(end.code, 4, `${end.code} ${end.signal}: ${end.stderr}`)
  assert.match(end.stderr, SAYS)
  const done = project.read('effects.log').trim().split('\n')
  assert.ok(done.length > 0 && done.length < 12)
  const resumed = await project.cli(['resume', '--yes'])
  assert.equal(resumed.code, 0, resumed.stderr + resumed.stdout)
  assert.equal(project.read('effects.log'), Array.from({ length: 12 }, (_, index) => `${index}\n`).join(''))
  await assertSound(project)
})

void test(
  'one of two parallel steps cannot be recorded: the other is not left alone',
  { timeout: 60_000 },
  async (t) => {
    const slow = step('slow', 'timeout="30s"', [
      'sh run',
      'until test -e go; do sleep 0.02; done; echo slow >> effects.log',
    ])
    const body = `<Parallel id="both">\n\n## At once\n\n${step('fill', '', ['sh run', `${FILL}\necho filled >> effects.log`], ['sh verify', 'grep -q filled effects.log'])}\n${slow}\n</Parallel>\n${step('two', '', ['sh run', 'echo two >> effects.log'])}`
    const project = makeProject(t, { 'runbooks/it.mdx': runbook(body) })
    if (!mountDisk(t, project.runs)) return
    try {
      const end = await project.cli(['run', 'it', '--yes'], { env: { DISK: project.runs } })
      assert.equal(end.code, 4, end.stderr)
      free(project, 'runs')
      const other = await project.cli(['run', 'it', '--yes'])
      assert.equal(other.code, 3, other.stderr)
      assert.match(other.stderr, /its supervisor is still finishing a step/)
      const resuming = project.cli(['resume', '--yes'])
      project.write('go', '')
      const resumed = await resuming
      assert.equal(resumed.code, 0, resumed.stderr + resumed.stdout)
      assert.deepEqual(project.read('effects.log').trim().split('\n').sort(), ['filled', 'slow', 'two'])
      assert.equal(standing(project.journal()), 'fill done, slow done, two done')
      await assertSound(project)
    } finally {
      unmount(project.runs)
    }
  },
)

void test('the copy of the sources meets a limit: words, and no defect', async (t) => {
  const project = makeProject(t, {
    'runbooks/it.mdx': runbook(`${'Much is said first.\n'.repeat(3000)}${BODY}`),
  })
  assert.equal((await project.cli(['run', 'it', '--dry-run'])).code, 0)
  const end = await ended(project.shell('ulimit -f 16; exec "$@"', ['run', 'it', '--yes']))
  assert.equal(end.code, 1, end.stderr)
  assert.match(end.stderr, /^EFBIG: .*it\.mdx.*\n {4}Free space there/m)
  assert.doesNotMatch(end.stderr, /defect/)
})
