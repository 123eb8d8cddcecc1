import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { verifyRun } from '../../../src/journal/verify.ts'
import { assertSound, only, reasons, standing } from '../../helpers/claims.ts'
import { Panes } from '../../helpers/panes.ts'
import { PLAN } from '../../helpers/plan.ts'
import { kill, processesWith, until } from '../../helpers/processes.ts'
import { ended, MAIN, makeProject, MARK, runbook, step } from '../../helpers/project.ts'
import type { Project } from '../../helpers/project.ts'
import { ENCODINGS } from './planted.ts'

/** One secret of every origin. */
const SECRETS = {
  env: createHash('sha256').update('from the environment').digest('base64'),
  file: `it's <ä "quoted" & 100% $odd/path+x`,
  command: 'first line of the key\nsecond line of the key\nthird line of it',
  input: 'typed-$(secret) `input`',
}

const ENVIRONMENTS = `default: vaulted
environments:
  vaulted:
    title: Vaulted
    protected: false
    targets:
      shop.primary:
        { kind: postgres, host: 127.0.0.1, port: 1, database: shop, user: app, region: here, password: { secret: of-file } }
      shop.standby:
        { kind: postgres, host: 127.0.0.1, port: 2, database: shop, user: app, region: there, password: { secret: of-command } }
    secrets:
      of-env: { env: LEAK_ENV }
      of-file: { file: secret/password }
      of-command: { command: [cat, secret/key] }
`
const INPUT = 'inputs:\n  token: { type: secret, prompt: The token }'
const VARIABLES = { LEAK_ENV: SECRETS.env, DRILLBOOK_INPUT_TOKEN: SECRETS.input }

/** Everything that is secret, as variables of the same names in both languages. */
const SH = `file="$TARGET_SHOP_PRIMARY_PASSWORD" key="$TARGET_SHOP_STANDBY_PASSWORD" env="$LEAK_ENV" token="$INPUT_TOKEN"`
const TS = `const all = [target('shop.primary'), target('shop.standby')].map((one) => one.kind === 'postgres' ? one.password ?? '' : '')
all.push(process.env['LEAK_ENV'] ?? '', String(input.token))`

function makeVaulted(t: TestContext, body: string, more: Record<string, string> = {}): Project {
  const project = makeProject(t, {
    'docs/plan/services.yaml': `${PLAN['docs/plan/services.yaml'] ?? ''}    targets: { primary: postgres, standby: postgres }\n`,
    'docs/plan/environments.yaml': ENVIRONMENTS,
    'runbooks/leak.mdx': runbook(body, INPUT),
    'secret/password': `${SECRETS.file}\n`,
    'secret/key': `${SECRETS.command}\n`,
    ...more,
  })
  for (const name of ['secret/password', 'secret/key']) chmodSync(project.path(name), 0o600)
  return project
}

/** Every form of every secret, as other programs make them. */
const NEEDLES = Object.values(SECRETS).flatMap((secret) =>
  ENCODINGS.map(({ name, show }) => {
    const { text, from, to } = show(secret)
    return { name, bytes: Buffer.from(text.slice(from, to)) }
  }),
)

/** Nothing of any secret in anything that the run left or printed. */
function assertNoLeak(project: Project, printed: readonly string[]): number {
  const left = project.files().filter((name) => !name.startsWith('secret/'))
  const all = [
    ...left.map((name) => ({ name, bytes: readFileSync(project.path(name)) })),
    ...printed.map((text, index) => ({ name: `printed ${index}`, bytes: Buffer.from(text) })),
  ]
  for (const place of all)
    for (const needle of NEEDLES)
      assert.ok(
        !place.bytes.includes(needle.bytes),
        `${place.name} holds ${needle.name}: ${needle.bytes.toString()}`,
      )
  return all.length
}

const show = async (project: Project): Promise<string[]> => {
  const ends = await Promise.all([
    project.cli(['show', 'last', '--output']),
    project.cli(['show', 'last', '--json']),
    project.cli(['runs']),
  ])
  return ends.flatMap(({ stdout, stderr }) => [stdout, stderr])
}

const PRINTING = [
  step(
    'print',
    '',
    ['sh check', `${SH}\nset -x\n: "$file" "$key" "$env" "$token"\nset +x\nenv; declare -p | cat`],
    [
      'sh run',
      `${SH}
for one in "$file" "$key" "$env" "$token"; do
  printf '%s\\n' "$one"; printf '%q\\n' "$one"; printf '%s' "$one" | base64; printf '%s' "$one" | base64 -w 0; echo
  printf '%s' "$one" | od -An -v -tx1 | tr -d ' \\n'; echo
  printf '%s' "\${one:0:7}"; sleep 0.05; printf '%s\\n' "\${one:7}" >&1; printf '%s' "\${one:0:3}" >&2; sleep 0.05; printf '%s\\n' "\${one:3}" >&2
done
jq -n --arg v "$file" '$v' 2>/dev/null || true
echo "still here: $DRILLBOOK_STEP"`,
    ],
    ['sh verify', `${SH}\ntest -e again || { touch again; echo "not yet: $key $token"; exit 1; }`],
  ),
  step('script', '', [
    'ts run',
    `${TS}
for (const one of all) {
  console.log(one, [one], { one }, JSON.stringify({ one }), encodeURIComponent(one), new URLSearchParams({ one }).toString())
  console.error(Buffer.from(one).toString('base64'), Buffer.from(one).toString('hex'))
  await $\`printf %s \${one}\`
  await $({ nothrow: true })\`false \${one}\`
  process.stdout.write(one.slice(0, 5)); await new Promise((resolve) => setTimeout(resolve, 30)); process.stdout.write(one.slice(5) + '\\n')
}
console.log('still here too')`,
  ]),
  '<Inform id="tell" audience="everybody" template="leaky">\n\n## Tell everybody\n\n</Inform>',
].join('\n')

void test('what fences print: nothing of a secret is left in what the run leaves and shows', async (t) => {
  const project = makeVaulted(t, PRINTING, {
    'templates/inform/leaky.hbs': 'The token is {{input.token}}. That was {{runbook.id}}.\n',
  })
  const end = await project.run('leak', [], { env: VARIABLES })
  assert.equal(end.code, 0, end.stderr)
  assert.match(end.stderr, /still here: print[^]*still here too/)
  const files = assertNoLeak(project, [end.stdout, end.stderr, ...(await show(project))])
  assert.match(project.read(`runs/${project.runIds()[0]}/inform/tell.md`), /The token is \S+ That was leak\./)
  assert.equal(only(end.events, 'run-started')[0]?.inputs['token'], null)
  t.diagnostic(`${files} files and streams, ${NEEDLES.length} forms: 0 found`)
  await assertSound(project)
})

/** All at the same time: each of them is to fail. */
function failing(...steps: [attributes: string, ...fences: [string, string][]][]): string {
  const parts = steps.map(([attributes, ...fences], index) =>
    step(`part-${index + 1}`, attributes, ...fences),
  )
  return `<Parallel id="all">\n\n## All of it\n\n${parts.join('\n')}\n</Parallel>\n`
}

void test('reasons of failures and of waiting: nothing of a secret', async (t) => {
  const body = failing(
    ['', ['sh run', `${SH}; echo "cannot log in with $file and $key"; exit 3`]],
    ['', ['ts run', `${TS}\nthrow new Error('cannot log in with ' + all.join(' '))`]],
    ['', ['ts run', `${TS}\nassert.deepEqual(all, [])`]],
    ['timeout="4s"', ['sh run', 'true'], ['sh verify', `${SH}; echo "no: $token $env $key"; exit 1`]],
    ['timeout="8s"', ['ts run', 'void 0'], ['ts verify', `${TS}\nthrow new Error(all.join())`]],
    ['outputs="name"', ['sh run', `${SH}; echo "$token" > "$DRILLBOOK_OUTPUT"`]],
    ['outputs="other"', ['sh run', `${SH}; echo "other=$token" > "$DRILLBOOK_OUTPUT"; exit 1`]],
    ['', ['ts run', `${TS}\nawait $\`false \${all[0]} \${all[3]}\``]],
  )
  const project = makeVaulted(t, body)
  const end = await project.run('leak', [], { env: VARIABLES })
  assert.equal(end.code, 1, end.stderr)
  assert.equal(standing(end.events).match(/failed/g)?.length, 8, standing(end.events))
  const told = only(end.events, 'step-finished').filter(({ reason }) => reason.includes('[redacted]'))
  assert.equal(told.length, 6, reasons(end.events))
  assertNoLeak(project, [end.stdout, end.stderr, ...(await show(project))])
})

void test('an output that holds a secret is refused, with its place', async (t) => {
  const body = failing(
    ['outputs="one"', ['sh run', `echo "one=before $INPUT_TOKEN after" > "$DRILLBOOK_OUTPUT"`]],
    ['outputs="two"', ['ts run', `output('two', Buffer.from(String(input.token)).toString('base64'))`]],
    ['outputs="three"', ['ts run', `output('three', 'ghp_' + 'a1'.repeat(18))`]],
  )
  const project = makeVaulted(t, body)
  const end = await project.run('leak', [], { env: VARIABLES })
  assert.equal(end.code, 1)
  for (const name of ['one', 'two', 'three'])
    assert.match(
      reasons(end.events),
      new RegExp(`the output "${name}" holds a secret, .* \\(runbooks/leak\\.mdx:\\d+\\)`),
    )
  assertNoLeak(project, [end.stdout, end.stderr])
})

void test('a secret input is in no command line, neither ours nor that of a fence', async (t) => {
  const look = `for file in /proc/[0-9]*/cmdline; do { words=$(tr '\\0' ' ' < "$file"); } 2>/dev/null || continue; [[ "$words" == *"$INPUT_TOKEN"* ]] && echo "in $file" && exit 1; done; true`
  const project = makeVaulted(
    t,
    step(
      'one',
      '',
      ['sh run', look],
      [
        'ts verify',
        `const words = await fs.readdir('/proc')
for (const word of words.filter((name) => /^\\d+$/.test(name))) {
  const line = await fs.readFile('/proc/' + word + '/cmdline', 'utf8').catch(() => '')
  assert.ok(!line.includes(String(input.token)), word)
}`,
      ],
    ),
  )
  const end = await project.run('leak', [], { env: VARIABLES })
  assert.equal(end.code, 0, end.stderr)
  const set = await project.cli(['run', 'leak', '--yes', '--set', `token=${SECRETS.input}`], {
    env: { LEAK_ENV: SECRETS.env },
  })
  assert.equal(set.code, 2)
  assert.match(
    set.stderr,
    /--set token: a secret may not stand on a command line.*\n.*export DRILLBOOK_INPUT_TOKEN=/,
  )
  const missing = await project.cli(['run', 'leak', '--yes'], { env: { LEAK_ENV: SECRETS.env } })
  assert.match(missing.stderr, /the input "token" has no value.*\n.*export DRILLBOOK_INPUT_TOKEN=/)
  const short = await project.cli(['run', 'leak', '--yes'], {
    env: { ...VARIABLES, DRILLBOOK_INPUT_TOKEN: 'abc' },
  })
  assert.match(short.stderr, /DRILLBOOK_INPUT_TOKEN: a secret has at least 4 characters/)
  for (const { stdout, stderr } of [set, missing, short]) assertNoLeak(project, [stdout, stderr])
})

void test('an input that is kept may not hold a secret; all secrets that are missing are named', async (t) => {
  const files = {
    'runbooks/kept.mdx': runbook(
      step('one', '', ['sh run', 'true']),
      'inputs:\n  why: { type: string, prompt: Why }',
    ),
  }
  const project = makeVaulted(t, step('one', '', ['sh run', 'true']), files)
  const end = await project.cli(['run', 'kept', '--yes', '--set', `why=because of ${SECRETS.env}`], {
    env: VARIABLES,
  })
  assert.equal(end.code, 3)
  assert.match(end.stderr, /runbooks\/kept\.mdx.*the input "why" holds a secret/)
  assertNoLeak(project, [end.stdout, end.stderr])
  chmodSync(project.path('secret/password'), 0o644)
  rmSync(project.path('secret/key'))
  const none = await project.cli(['run', 'kept', '--yes', '--set', 'why=because'])
  assert.equal(none.code, 3)
  assert.match(
    none.stderr,
    /secret of-env .*LEAK_ENV is not set[^]*secret of-file .*expected mode 0600[^]*secret of-command .*cat ended with exit code 1/,
  )
  assert.deepEqual(project.runIds(), [])
})

void test('typed by a person: masked at the prompt, and in nothing that is left', async (t) => {
  const project = makeVaulted(
    t,
    step('one', '', ['sh run', 'echo "got $INPUT_TOKEN"']) + step('two', '', ['sh run', 'true']),
  )
  const pane = new Panes(t).open('ops', {
    cwd: project.root,
    env: project.environment({ LEAK_ENV: SECRETS.env }),
  })
  pane.type(`${process.execPath} --disable-warning=ExperimentalWarning ${MAIN} run leak`)
  await pane.answer('The token', 'abc')
  await pane.answer('a secret has at least 4 characters', SECRETS.input.slice(3))
  await pane.answer(/\[1\/2\][^]*›/, 'n')
  await pane.answer(/Note:/, `the password is ${SECRETS.env}`)
  await pane.answer(/Note:[^]*the password[^]*›/, 'r')
  await pane.shows('✓ done')
  await pane.answer(/\[2\/2\][^]*›/, 's')
  await pane.answer('Why is it skipped?', `${SECRETS.env} did not work`)
  await pane.shows(/The run succeeded/)
  assert.match(pane.text(), /\*{5,}/)
  assert.match(pane.text(), /got \[redacted\]/)
  assert.ok(!pane.text().includes(SECRETS.input))
  assert.equal(only(project.journal(), 'note-added')[0]?.text, 'the password is [redacted]')
  assert.equal(only(project.journal(), 'step-skipped')[0]?.reason, '[redacted] did not work')
  assertNoLeak(project, await show(project))
  // Each key drew the line anew: no beginning of what was typed is in the recording.
  const recording = project.read(`runs/${project.runIds()[0]}/terminal.cast`)
  assert.match(recording, /the password is \[redacted\]/)
  for (let length = 4; length < SECRETS.env.length; length += 1)
    assert.ok(!recording.includes(SECRETS.env.slice(0, length)), SECRETS.env.slice(0, length))
  assert.deepEqual(verifyRun(project.lastRun()).problems, [])
})

void test('after kill -9 of the runner and of its supervisor nothing of a secret is left', async (t) => {
  const slow = `echo "name=$INPUT_TOKEN" > "$DRILLBOOK_OUTPUT"; echo "$INPUT_TOKEN"; printf '%s' "\${LEAK_ENV:0:20}"; touch begun; sleep 60`
  const project = makeVaulted(t, step('one', 'outputs="name"', ['sh run', slow]))
  const child = project.start(['run', 'leak', '--yes'], { env: VARIABLES })
  await until('the fence writes', () => existsSync(project.path('begun')))
  for (const { pid } of processesWith(`${MARK}=${project.root}`)) kill(pid)
  await ended(child)
  const end = await project.cli(['resume', 'last', '--yes'], { env: VARIABLES })
  assert.match(end.stdout + end.stderr, /ended while this was being executed/)
  assertNoLeak(project, [end.stdout, end.stderr, ...(await show(project))])
})
