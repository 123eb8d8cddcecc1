import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import { journalFile } from '../../src/journal/run-directory.ts'
import { makeProject, runbook, step } from '../helpers/project.ts'
import type { Project } from '../helpers/project.ts'
import { until } from '../helpers/processes.ts'
import { Terminal, needsTmux } from '../helpers/terminal.ts'
import { repositoryFile } from '../document/temporary-project.ts'
import { PLAN } from '../helpers/plan.ts'

const BEN = `  ben:
    name: Ben Example
    roles: [dba]
    timeZone: Europe/London
    methods:
      - { kind: voice, value: "+12065550198", priority: 1 }
`
const SHOP = PLAN['docs/plan/services.yaml'] ?? ''
const SERVICES_AND_EDGE = SHOP + SHOP.replace('services:\n', '').replaceAll(/shop/gi, 'edge')
const WORDS = {
  summary: 'The shop was away.',
  'contributing-factors': 'Two hosts looked alike.',
  resolution: 'The standby took over.',
}

const QUESTIONS = [
  /How was it noticed/,
  /A contributing factor/,
  /What ended it/,
  /What went well/,
  /What went wrong/,
  /get lucky/,
  /An open question/,
]

function project(t: TestContext): Project {
  return makeProject(t, {
    'runbooks/hello.mdx': runbook(
      step('hello', 'expect="1s"', ['sh run', 'echo hello']) +
        step('fails', 'expect="1s"', ['sh run', 'echo "| <oops>"; exit 3']),
    ),
    'runbooks/good.mdx': runbook(step('hello', 'expect="1s"', ['sh run', 'echo hello'])),
    'templates/postmortem.md.hbs': readFileSync(repositoryFile('templates/postmortem.md.hbs'), 'utf8'),
    'docs/plan/contacts.yaml': `${PLAN['docs/plan/contacts.yaml']}${BEN}`,
  })
}

const write = (made: Project, run = 'last', ...more: string[]): ReturnType<Project['cli']> =>
  made.cli(['postmortem', run, '--owner', 'ada', ...more])
const documents = (made: Project): string[] =>
  made.files().filter((file) => /postmortems\/[^/]+\.md$/.test(file))
const onlyDocument = (made: Project): string => documents(made)[0] ?? assert.fail('there is no post-mortem')

function fill(made: Project, file: string): void {
  let text = made.read(file)
  for (const [name, words] of Object.entries(WORDS))
    text = text.replace(new RegExp(`(<!-- write: ${name} -->\n\n)[^\n]*`), `$1${words}`)
  made.write(file, text)
}

void describe('a post-mortem from the command line', () => {
  void test('goes from a run to closed, and every citation verifies', async (t) => {
    const made = project(t)
    await made.run('good')
    assert.equal((await write(made)).code, 0)
    const file = onlyDocument(made)
    const id = path.basename(file, '.md')
    const early = await made.cli(['postmortem', 'submit', id, '--reviewer', 'ben'])
    assert.equal(early.code, 3)
    assert.match(early.stderr, new RegExp(`${file}:\\d+ {2}"summary" has not been written yet`))
    fill(made, file)
    const own = await made.cli(['postmortem', 'submit', id, '--reviewer', 'ada'])
    assert.match(own.stderr, /ada wrote this: somebody else reviews it/)
    for (const [args, status] of [
      [['submit', id, '--reviewer', 'ben'], 'in_review'],
      [['review', id, '--by', 'ben'], 'reviewed'],
      [['close', id, '--by', 'ada'], 'closed'],
    ] as const) {
      const { code, stderr } = await made.cli(['postmortem', ...args])
      assert.equal(code, 0, stderr)
      assert.match(stderr, /:\d+ {2}"got-lucky" has not been written yet/)
      assert.match(made.read(file), new RegExp(`status: "${status}"`))
      assert.ok(made.read(file).includes(WORDS.summary))
    }
    const { code, stdout } = await made.cli(['postmortem', 'verify', id])
    assert.equal(code, 0)
    assert.ok(
      Number(/^(\d+) citations/.exec(stdout)?.[1]) >=
        made.journal().filter(({ event }) => event === 'step-started').length,
    )
    const skipped = await made.cli(['postmortem', 'review', id, '--by', 'ben'])
    assert.match(skipped.stderr, /the status is closed, expected in_review/)
  })

  void test('a question that is left costs none of the answers before it', needsTmux, async (t) => {
    const made = project(t)
    await made.run('good')
    const nothing = new Terminal(t, made, ['postmortem', 'last', '--owner', 'ada'])
    await nothing.endsWith(/What happened, in one sentence/)
    nothing.press('C-c')
    await nothing.exits(130)
    assert.match(nothing.screen(), /^Nothing was written\.$/m)
    assert.deepEqual(documents(made), [])

    const some = new Terminal(t, made, ['postmortem', 'last', '--owner', 'ada'])
    await some.answer(/What happened, in one sentence/, WORDS.summary)
    await some.endsWith(/And\?/)
    some.press('C-c')
    await some.exits(130)
    assert.match(some.screen(), /Left at a question.*\nGo on: the same command/)
    assert.ok(made.read(onlyDocument(made)).includes(WORDS.summary))

    const more = new Terminal(t, made, ['postmortem', 'last'])
    for (const question of QUESTIONS) await more.answer(question, '')
    await more.answer(/An action item/, 'Watch the lag')
    await more.endsWith(/Who owns it/)
    more.press('C-c')
    await more.exits(130)
    assert.match(more.screen(), /Not in it: the action item "Watch the lag"/)
    assert.ok(made.read(onlyDocument(made)).includes(WORDS.summary))
  })

  void test('a terminal that is closed at a question costs none of them either', needsTmux, async (t) => {
    const made = project(t)
    await made.run('good')
    const closed = new Terminal(t, made, ['postmortem', 'last', '--owner', 'ada'])
    await closed.answer(/What happened, in one sentence/, WORDS.summary)
    await closed.endsWith(/And\?/)
    closed.hangUp()
    await until('the document is there', () => documents(made).length === 1)
    assert.ok(made.read(onlyDocument(made)).includes(WORDS.summary))
  })

  void test('shows a published journal in which a byte was changed', async (t) => {
    const made = project(t)
    await made.run('good')
    await write(made)
    const journal =
      made
        .files()
        .find((file) => file.startsWith('docs/postmortems/journals/') && file.endsWith('.ndjson')) ?? ''
    made.write(journal, made.read(journal).replace('"step-started"', '"step-starteD"'))
    const { code, stderr } = await made.cli([
      'postmortem',
      'verify',
      path.basename(onlyDocument(made), '.md'),
    ])
    assert.equal(code, 4)
    assert.match(stderr, /is not the one that was cited/)
    const again = await write(made)
    assert.equal(again.code, 4)
    assert.match(again.stderr, /journal\.ndjson:\d+ {2}is not what the journal of the run says on this line/)
  })

  void test('works from the published journal alone: what failed keeps its output and its estimate', async (t) => {
    const made = project(t)
    await made.run('hello')
    await write(made, 'last', '--unfinished')
    const file = onlyDocument(made)
    const before = made.read(file)
    assert.match(before, /```text\n\| <oops>\n```/)
    const elsewhere = { env: { DRILLBOOK_RUNS: path.join(made.root, 'nowhere') } }
    const id = /runRefs:\n {2}- "(.*)"/.exec(before)?.[1] ?? ''
    const again = await made.cli(['postmortem', id, '--unfinished'], elsewhere)
    assert.equal(again.code, 0, again.stderr)
    assert.equal(made.read(file), before)
  })

  void test('closes an action item only with its proof', async (t) => {
    const made = project(t)
    await made.run('good')
    await write(made)
    const file = onlyDocument(made)
    const item =
      'actions:\n  - { id: see, title: Alert on lag, owner: ada, type: detect, priority: p1, opened: 2026-01-01, due: 2026-01-20, doneWhen: The alert fires in a drill., runbook: good, step: hello }'
    made.write(file, made.read(file).replace('actions: []', item))
    const listed = await made.cli(['actions', '--json'])
    assert.equal(JSON.parse(listed.stdout).overdue, true)
    assert.match(
      (await made.cli(['actions', '--csv'])).stdout,
      /^report,id,title.*\r\n.*,see,Alert on lag,ada,/,
    )
    for (const [tracker, field] of [
      ['github', 'body'],
      ['jira', 'fields'],
      ['gitlab', 'due_date'],
    ] as const) {
      const { stdout } = await made.cli(['actions', '--tracker', tracker])
      assert.ok(field in JSON.parse(stdout).body, stdout)
    }
    const bare = await made.cli(['actions', 'close', 'see'])
    assert.equal(bare.code, 2)
    await made.run('hello')
    const failed = await made.cli(['actions', 'close', 'see', '--run', 'last'])
    assert.equal(failed.code, 3)
    assert.match(failed.stderr, /proves nothing about see/)
    await made.run('good')
    const closed = await made.cli(['actions', 'close', 'see', '--run', 'last'])
    assert.equal(closed.code, 0, closed.stderr)
    assert.match(made.read(file), /verifiedByRun: "/)
    assert.match(made.read(file), /\| Alert on lag \|.*\| done \|/)
    assert.equal((await made.cli(['actions', 'wont-do', 'see', '--reason', 'x', '--by', 'ben'])).code, 3)
  })

  void test('keeps tokens out of what is said of it and of its items', async (t) => {
    const made = project(t)
    const token = `ghp_${'A1b2'.repeat(9)}`
    await made.run('good')
    await write(made, 'last', '--title', `Away by ${token}`)
    const file = onlyDocument(made)
    const item = (id: string): string =>
      `\n  - { id: ${id}, title: Rotate it, owner: ada, type: prevent, priority: p1, opened: 2026-01-01, due: 2026-01-20, doneWhen: It is. }`
    made.write(file, made.read(file).replace('actions: []', `actions:${item('one')}${item('two')}`))
    for (const args of [
      ['close', 'one', '--by', 'ben', '--evidence', `seen with ${token}`],
      ['wont-do', 'two', '--by', 'ben', '--reason', `it was ${token}`],
    ]) {
      const { code, stderr } = await made.cli(['actions', ...args])
      assert.equal(code, 0, stderr)
    }
    assert.match(made.read(file), /seen with ghp_\[redacted\]/)
    assert.match(made.read(file), /it was ghp_\[redacted\]/)
    assert.ok(!made.read(file).includes(token))
  })
})

void describe('a post-mortem of an incident', () => {
  const incident = async (made: Project, ...args: string[]): Promise<void> => {
    const { code, stderr } = await made.cli(['incident', ...args])
    assert.equal(code, 0, stderr)
  }
  const declare = (made: Project, title: string): Promise<void> =>
    incident(
      made,
      'declare',
      '--title',
      title,
      '--severity',
      'sev2',
      '--commander',
      'ada',
      '--service',
      'shop',
    )
  const idOf = (made: Project, part: string): string =>
    made
      .files()
      .flatMap((file) => /incidents\/(inc-[^/]*)\//.exec(file)?.[1] ?? [])
      .find((id) => id.includes(part)) ?? assert.fail(`no incident ${part}`)

  void test('measures between what people told, and cites both journals', async (t) => {
    const made = project(t)
    await declare(made, 'Shop away')
    await incident(made, 'mark', 'impact_start', 'orders fail with <500> | {id}', '--at', '-20m')
    await incident(made, 'mark', 'detected', 'the alert', '--at', '-18m')
    await made.run('good')
    await incident(made, 'attach', path.basename(made.lastRun()))
    await incident(made, 'mark', 'resolved', 'orders are placed')
    const open = await write(made, idOf(made, 'shop-away'))
    assert.equal(open.code, 2)
    assert.match(
      open.stderr,
      /journal\.ndjson:\d+ {2}the incident (.*) is not over\n {4}npm run incident close -- --incident \1 --text HOW\. Finish it first/,
    )
    await incident(made, 'close', '--text', 'it is over')
    // The run leads to the incident that it belongs to.
    const whole = await write(made, path.basename(made.lastRun()))
    assert.equal(whole.code, 0, whole.stderr)
    const file = onlyDocument(made)
    const text = made.read(file)
    assert.match(text, /^kind: "incident"$/m)
    assert.match(text, /\| Time to detect \| 2 m \|/)
    assert.match(text, /\| Time to acknowledge \| not measured \|/)
    assert.match(text, /impact_start \| ada|impact\\_start/)
    assert.match(text, /orders fail with &lt;500&gt; \\\| \{id\}/)
    assert.match(text, /hello: started/)
    const verified = await made.cli(['postmortem', 'verify', path.basename(file, '.md')])
    assert.equal(verified.code, 0, verified.stderr)
  })

  void test(
    'of an incident that names no service, takes those that are given or answered',
    needsTmux,
    async (t) => {
      const made = project(t)
      const declare = ['declare', '--title', 'No service', '--severity', 'sev3', '--commander', 'ada']
      await made.cli(['incident', ...declare])
      await made.cli(['incident', 'close', '--text', 'over'])
      const [id = ''] = readdirSync(path.join(made.runs, 'incidents'))
      const nobody = await write(made, id)
      assert.equal(nobody.code, 2)
      assert.match(
        nobody.stderr,
        /one service or more: the incident names none.*\n +--service ID, one of shop/,
      )
      const unknown = await write(made, id, '--service', 'shpo')
      assert.equal(unknown.code, 2)
      assert.match(unknown.stderr, /there is no service "shpo".*\n +Did you mean shop\?/)
      assert.deepEqual(documents(made), [])

      const asked = new Terminal(t, made, ['postmortem', id, '--owner', 'ada'])
      await asked.endsWith(/Which services were hit/)
      asked.press('Space', 'Enter')
      await asked.answer(/What happened, in one sentence/, '')
      for (const question of QUESTIONS) await asked.answer(question, '')
      await asked.answer(/An action item/, '')
      await asked.exits(0)
      const file = onlyDocument(made)
      assert.match(made.read(file), /^services:\n  - "shop"\nactions/m)
      made.write('docs/plan/services.yaml', SERVICES_AND_EDGE)
      assert.equal((await write(made, id, '--service', 'edge', '--service', 'shop')).code, 0)
      assert.match(made.read(file), /^services:\n  - "shop"\n  - "edge"\nactions/m)
    },
  )

  void test('refuses a run that two incidents claim', async (t) => {
    const made = project(t)
    await made.run('good')
    const run = path.basename(made.lastRun())
    await declare(made, 'First')
    const first = idOf(made, 'first')
    await incident(made, 'attach', run, '--incident', first)
    // Attaching it to another is refused; a journal that came from elsewhere may claim it all the same.
    const folder = path.join(made.runs, 'incidents')
    cpSync(path.join(folder, first), path.join(folder, first.replace('first', 'second')), { recursive: true })
    const { code, stderr } = await write(made, run)
    assert.equal(code, 2)
    assert.match(stderr, /journal\.ndjson:\d+ {2}the run .* belongs to the incident .*first/)
    assert.deepEqual(documents(made), [])
  })
})

void describe('bad input leaves everything as it was', () => {
  async function refused(
    t: TestContext,
    spoil: (made: Project) => void | Promise<void>,
    expected: RegExp,
    ...more: string[]
  ): Promise<void> {
    const made = project(t)
    await made.run('good')
    await write(made)
    await spoil(made)
    const before = new Map(
      made
        .files()
        .filter((file) => file.startsWith('docs/'))
        .map((file) => [file, made.read(file)]),
    )
    const { code, stderr } = await write(made, 'last', ...more)
    assert.notEqual(code, 0)
    assert.match(stderr, expected)
    assert.doesNotMatch(stderr, /defect of Drillbook/)
    const after = new Map(
      made
        .files()
        .filter((file) => file.startsWith('docs/'))
        .map((file) => [file, made.read(file)]),
    )
    assert.deepEqual(after, before)
  }
  const edit = (change: (text: string) => string) => (made: Project) => {
    const file = onlyDocument(made)
    made.write(file, change(made.read(file)))
  }

  void test('half-written front matter', (t) =>
    refused(
      t,
      edit((text) => text.slice(0, 120)),
      /\.md:1 {2}the front matter never ends/,
    ))
  void test('a damaged marker', (t) =>
    refused(
      t,
      edit((text) => text.replace('<!-- end: summary -->', '<!-- end summary -->')),
      /\.md:\d+ {2}is a damaged marker/,
    ))
  void test('words outside the regions', (t) =>
    refused(
      t,
      edit((text) => text.replace('## Impact', '## Impact\n\nMine.')),
      /outside the marked regions/,
    ))
  void test('words outside the regions are told with their line, and with git diff where it shows them', async (t) => {
    const made = project(t)
    await made.run('good')
    await write(made)
    const file = onlyDocument(made)
    const git = (...args: string[]): void => {
      const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com']
      assert.equal(spawnSync('git', [...who, ...args], { cwd: made.root }).status, 0, args.join(' '))
    }
    const touch = async (): Promise<string> => {
      made.write(file, made.read(file).replace('## Impact', '## Impact\n\nMine.'))
      const line = 1 + made.read(file).split('\n').indexOf('Mine.')
      const { code, stderr } = await write(made)
      assert.equal(code, 2)
      assert.match(stderr, new RegExp(`^${file}:${line} {2}something was written outside`))
      return stderr
    }
    const before = made.read(file)
    assert.match(await touch(), /undo the rest, or say --overwrite/)
    made.write(file, before)
    git('init', '-q')
    git('add', file)
    git('commit', '-qm', 'first')
    assert.match(await touch(), /undo the rest \(git diff shows it\), or say --overwrite/)
    made.write('templates/postmortem.md.hbs', '{{nothing}}')
    assert.match((await write(made)).stderr, /\.md:\d+ {2}something was written outside/)
  })
  void test('a template with an error', (t) =>
    refused(
      t,
      (made) => made.write('templates/postmortem.md.hbs', 'x\n{{nothing}}'),
      /templates\/postmortem\.md\.hbs:2:3 {2}unknown variable "nothing"/,
    ))
  void test('a template that is not there', (t) =>
    refused(t, () => undefined, /own\.hbs {2}there is no such template/, '--template', 'own.hbs'))
  void test('two post-mortems of one run', (t) =>
    refused(
      t,
      (made) => {
        const file = onlyDocument(made)
        made.write(file.replace('.md', '-b.md'), made.read(file))
      },
      /is a post-mortem of the same run as another/,
    ))
  void test('a run that never finished', (t) =>
    refused(
      t,
      async (made) => {
        await made.run('good')
        const file = journalFile(made.lastRun())
        writeFileSync(
          file,
          `${made.read(path.relative(made.root, file)).split('\n').slice(0, 4).join('\n')}\n`,
        )
      },
      /journal\.ndjson:4 {2}the run .* is not finished/,
    ))
  void test('a journal of another version', (t) =>
    refused(
      t,
      async (made) => {
        await made.run('good')
        const file = journalFile(made.lastRun())
        writeFileSync(file, readFileSync(file, 'utf8').replaceAll('"v":1', '"v":2'))
      },
      /journal\.ndjson:1 {2}is not a journal event: v: /,
    ))
  void test('a journal with a line too many', (t) =>
    refused(
      t,
      async (made) => {
        await made.run('good')
        appendFileSync(journalFile(made.lastRun()), '{}\n')
      },
      /journal\.ndjson:\d+ {2}is not a journal event/,
    ))
})
