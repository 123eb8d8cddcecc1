import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { makeProject, runbook, step } from '../helpers/project.ts'

/** A bash of Debian that is the first shell and has a socket as its input reads ~/.bashrc, as if it were started by sshd. */
void test('what a fence starts does not read ~/.bashrc, in a service and in a container too', async (t) => {
  const project = makeProject(t, {
    'home/.bashrc': 'echo read > "$HOME/bashrc-was-read"\n',
    'runbooks/hello.mdx': runbook(
      step('in-ts', 'expect="1s"', ['ts run', 'await $`echo hello`']) +
        step('in-sh', 'expect="1s"', ['sh run', 'bash -c "echo hello"']),
    ),
  })
  for (const SHLVL of ['0', '', '3']) {
    const { code, stderr } = await project.run('hello', [], { env: { HOME: project.path('home'), SHLVL } })
    assert.equal(code, 0, stderr)
    assert.ok(!existsSync(project.path('home/bashrc-was-read')), `SHLVL=${SHLVL}`)
  }
})
