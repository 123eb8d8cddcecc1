import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { assertSound, standing } from '../helpers/claims.ts'
import { kill, processesWith, until } from '../helpers/processes.ts'
import { MARK, ended, makeProject, runbook, step } from '../helpers/project.ts'
import type { Project } from '../helpers/project.ts'

/** The run waits at its first step until the test lets it go on. */
const WAITS = runbook(
  step('one', '', ['sh run', 'echo begun; while ! [ -e go ]; do sleep 0.05; done; echo one >> effects.log']) +
    step('two', '', ['sh run', 'echo two >> effects.log']),
)
const PAGE = { 'runbooks/waits.mdx': WAITS, 'build/runbooks/waits/index.html': 'the page' }

/** Starts a live run; resolves with the address of its page. */
async function startLive(project: Project) {
  const child = project.start(['run', 'waits', '--yes', '--live'])
  const end = ended(child)
  const url = await new Promise<URL>((resolve, reject) => {
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const address = /Live page, opens once: (\S+)/.exec(said)?.[1]
      if (address !== undefined) resolve(new URL(address))
    })
    void end.then(({ stderr }) => reject(new Error(`ended without a page: ${stderr}`)))
  })
  return { end, url }
}

/** Everything that serves the page of this project; the runner and its supervisor are other processes. */
function pages(project: Project): number[] {
  return processesWith(`${MARK}=${project.root}`)
    .filter(({ command }) => command.includes('src/live/main.ts'))
    .map(({ pid }) => pid)
}

void test('kill -9 of the page during a run: the run does not notice', async (t) => {
  const project = makeProject(t, PAGE)
  const { end, url } = await startLive(project)
  const [page] = pages(project)
  assert.ok(page !== undefined)
  assert.equal(await (await fetch(new URL('/runbooks/waits/', url))).text(), 'the page')
  kill(page)
  await until('the page is gone', () => pages(project).length === 0)
  project.write('go', '')
  const { code, stderr } = await end
  assert.equal(code, 0, stderr)
  assert.equal(standing(project.journal()), 'one done, two done')
  assert.equal(project.read('effects.log'), 'one\ntwo\n')
  await assertSound(project)
})

void test('a page that hangs, and a watcher that never reads: the run does not notice', async (t) => {
  const project = makeProject(t, PAGE)
  const { end, url } = await startLive(project)
  const deaf = connect(Number(url.port), '127.0.0.1').pause()
  deaf.on('error', () => undefined)
  deaf.write(`GET /live/events?key=x HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`)
  const [page] = pages(project)
  assert.ok(page !== undefined)
  kill(page, 'SIGSTOP')
  project.write('go', '')
  const { code, stderr } = await end
  assert.equal(code, 0, stderr)
  assert.equal(standing(project.journal()), 'one done, two done')
  kill(page)
  deaf.destroy()
  await until('the page is gone', () => pages(project).length === 0)
  await assertSound(project)
})

void test('the page ends by itself when the runner is gone, however it went', async (t) => {
  const project = makeProject(t, PAGE)
  const { end } = await startLive(project)
  const runner = processesWith(`${MARK}=${project.root}`).find(({ command }) => command.includes('run waits'))
  assert.ok(runner)
  kill(runner.pid)
  await end
  await until('the page is gone', () => pages(project).length === 0)
})

void test('the address stands in no file of the run', async (t) => {
  const project = makeProject(t, PAGE)
  const { end, url } = await startLive(project)
  project.write('go', '')
  const { stdout } = await end
  const token = url.hash.slice('#live='.length)
  assert.ok(token.length > 30)
  assert.ok(!stdout.includes(token))
  for (const file of project.files()) assert.ok(!project.read(file).includes(token), file)
})

void test('where the site is not built, the run says what to do and goes on', async (t) => {
  const project = makeProject(t, { 'runbooks/waits.mdx': WAITS, go: '' })
  const { code, stderr } = await project.cli(['run', 'waits', '--yes', '--live'])
  assert.equal(code, 0, stderr)
  assert.match(stderr, /No live page: .*npm run build[\s\S]*npx drillbook live 2\d{3}/)
  const live = await project.cli(['live', 'last'])
  assert.equal(live.code, 1)
  assert.match(live.stderr, /npm run build, then this again/)
})

void test('drillbook live shows a run that is over, until it is ended', async (t) => {
  const project = makeProject(t, { ...PAGE, go: '' })
  await project.run('waits')
  const child = project.start(['live', 'last'])
  const end = ended(child)
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  await until('it tells its address', () => said.includes('#live='))
  const url = new URL(said.trim())
  const answer = await fetch(new URL('/live/key', url), {
    method: 'POST',
    body: url.hash.slice('#live='.length),
  })
  const { key } = JSON.parse(await answer.text())
  const leaving = new AbortController()
  const stream = await fetch(new URL(`/live/events?key=${String(key)}`, url), { signal: leaving.signal })
  let heard = ''
  for await (const chunk of stream.body ?? []) {
    heard += Buffer.from(chunk).toString()
    if (heard.includes('"run-sealed"')) break
  }
  kill(child.pid ?? 0, 'SIGTERM')
  assert.equal((await end).code, 0)
})
