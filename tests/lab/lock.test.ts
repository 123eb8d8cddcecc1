import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { withLock } from '../../src/lab/lock.ts'
import { quiet } from './support.ts'

void test('the second waits until the first is done, and is told so', async () => {
  const order: string[] = []
  const first = Promise.withResolvers<void>()
  const told = Promise.withResolvers<string>()
  const one = withLock('/a', quiet, async () => {
    await first.promise
    order.push('first')
  })
  const two = withLock('/a', told.resolve, async () => void order.push('second'))
  assert.match(await told.promise, /another command/)
  first.resolve()
  await Promise.all([one, two])
  assert.deepEqual(order, ['first', 'second'])
})

void test('different labs do not wait for each other, and an error frees the lock', async () => {
  await withLock('/a', quiet, async () => withLock('/b', quiet, async () => undefined))
  await assert.rejects(
    withLock('/a', quiet, async () => Promise.reject(new Error('broken'))),
    /broken/,
  )
  await withLock('/a', quiet, async () => undefined)
})

void test('whoever waits can be interrupted', async () => {
  const interrupted = new AbortController()
  await withLock('/a', quiet, async () => {
    const told = (): void => interrupted.abort(new Error('interrupted'))
    await assert.rejects(
      withLock('/a', told, async () => undefined, interrupted.signal),
      /interrupted/,
    )
  })
})

void test('the lock of a killed holder is free', async (t) => {
  const module = new URL('../../src/lab/lock.ts', import.meta.url).href
  const script = `import { withLock } from '${module}'
    await withLock('/killed', () => {}, async () => { console.log('held'); await new Promise((done) => setTimeout(done, 60_000)) })`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script])
  t.after(() => holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')
  await withLock(
    '/killed',
    () => holder.kill('SIGKILL'),
    async () => undefined,
  )
})
