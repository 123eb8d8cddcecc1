import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { command } from '../../src/cli/commands/lab.ts'
import { OperatorError } from '../../src/model/problem.ts'
import { labRoot, quiet } from './support.ts'

const rows: { argv: string; message: RegExp }[] = [
  {
    argv: '',
    message: /unknown verb ''.*expected up, status, fault, start-node, down\n.*npm run lab -- --help/,
  },
  { argv: 'upp', message: /unknown verb 'upp'/ },
  {
    argv: 'up --replication maybe',
    message: /--replication maybe; expected async, remote_write, on, remote_apply/,
  },
  { argv: 'up --delay 25', message: /--delay 25; expected .* such as 25ms/ },
  { argv: 'up --delay 6s', message: /--delay 6s; expected 0ms to 5s/ },
  { argv: 'up --rate 0', message: /--rate 0; expected 1 to 2000/ },
  { argv: 'up --rate many', message: /--rate many; expected/ },
  { argv: 'up --name ../etc', message: /'..\/etc' cannot name a lab/ },
  { argv: 'up here', message: /unexpected 'here'\n.*npm run lab -- --help/ },
  { argv: 'up --force', message: /Unknown option '--force'/ },
  { argv: 'status', message: /there is no lab 'default' in .*\n.*npm run lab -- up --name default/ },
  {
    argv: 'fault earthquake',
    message: /unknown fault 'earthquake'; expected one of postgres-kill, region-loss/,
  },
  { argv: 'fault postgres-kill', message: /there is no lab 'default'/ },
  { argv: 'start-node mars', message: /unexpected region 'mars'; expected eu-west or us-east/ },
  { argv: 'down', message: /there is no lab 'default'/ },
]

for (const { argv, message } of rows) {
  void test(`lab ${argv}: a usage error, and nothing is made`, async (t) => {
    const root = labRoot(t)
    const words = argv === '' ? [] : argv.split(' ')
    await assert.rejects(
      command.run(words, { out: quiet, err: quiet, json: quiet, sentence: quiet }),
      (error) => {
        assert.ok(error instanceof OperatorError)
        assert.equal(error.exit, 'usage')
        assert.match(error.message, message)
        return true
      },
    )
    assert.deepEqual(readdirSync(root), [])
  })
}

void test('lab down --all without a lab is not an error', async (t) => {
  labRoot(t)
  assert.equal(
    await command.run(['down', '--all'], { out: quiet, err: quiet, json: quiet, sentence: quiet }),
    'ok',
  )
})

void test('every fault is in the help, with what it does', () => {
  for (const name of ['postgres-kill', 'region-loss', 'replication-cut', 'old-primary-returns']) {
    assert.match(command.usage, new RegExp(`${name}  \\(on orders-db\\.`))
  }
})
