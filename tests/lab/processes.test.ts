import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { identify, isAlive, signalProcess, viewProcess } from '../../src/lab/processes.ts'
import { until } from './support.ts'

const FOREVER = ['-e', 'setInterval(() => {}, 1000)']

void test('a process is known by its pid and start time', async (t) => {
  const child = spawn(process.execPath, FOREVER)
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  const identity = identify(child.pid ?? 0)
  assert.ok(identity !== undefined && isAlive(identity))
  signalProcess(identity, 'SIGKILL')
  await once(child, 'exit')
  assert.equal(isAlive(identity), false)
  assert.equal(signalProcess(identity, 'SIGKILL'), false)
})

void test('another process with the same pid is never signalled', async (t) => {
  const child = spawn(process.execPath, FOREVER)
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  const identity = identify(child.pid ?? 0)
  assert.ok(identity !== undefined)
  for (const other of [
    { ...identity, startTime: '1' },
    { ...identity, boot: 'an earlier one' },
  ]) {
    assert.equal(isAlive(other), false)
    assert.equal(signalProcess(other, 'SIGKILL'), false)
  }
  assert.ok(isAlive(identity))
})

void test('a zombie is not alive', async (t) => {
  // The shell starts a child, becomes a program that never collects it, and says the child's pid.
  const parent = spawn('sh', ['-c', 'sleep 0.05 & echo $!; exec sleep 60'])
  t.after(() => parent.kill('SIGKILL'))
  const [chunk] = await once(parent.stdout, 'data')
  const pid = Number(String(chunk))
  await until('the child is a zombie', () => viewProcess(pid)?.state === 'Z')
  assert.equal(identify(pid), undefined)
})
