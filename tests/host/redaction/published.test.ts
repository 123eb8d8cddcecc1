import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { foldAll } from '../../../src/journal/fold.ts'
import { loadRunbook } from '../../../src/document/load.ts'
import { drillRecord } from '../../../src/reports/drill-record.ts'
import { summaryLines } from '../../../src/reports/summary.ts'
import { describeEvent } from '../../../src/reports/timeline.ts'
import { sitePlugin } from '../../../src/site/plugin.ts'
import { only } from '../../helpers/claims.ts'
import { REPOSITORY, makeProject, runbook, step } from '../../helpers/project.ts'
import type { Project } from '../../helpers/project.ts'
import { ENCODINGS, PLANTED } from './planted.ts'

/** A run prints 50 secrets in every encoding, in pieces of several sizes; nothing of them is in what is published of it. */

/** Shorter forms stand in hashes and ids by accident. */
const LEAST_BYTES = 7
const PIECES = [7, 61, 4096]
const FORMS = PLANTED.flatMap((secret) => ENCODINGS.map(({ show }) => show(secret)))
const NEEDLES = [
  ...new Set(
    FORMS.map(({ text, from, to }) => text.slice(from, to)).filter(
      (form) => Buffer.byteLength(form) >= LEAST_BYTES,
    ),
  ),
].map((form) => Buffer.from(form))

const declared = PLANTED.map((_, index) => `      s${index}: { file: secret/${index} }`).join('\n')
const ENVIRONMENTS = `default: vaulted
environments:
  vaulted:
    title: Vaulted
    protected: false
    secrets:
${declared}
`
const TOKEN = PLANTED[13] ?? ''
const BODY = [
  step('print', '', [
    'sh run',
    `for size in ${PIECES.join(' ')}; do dd if=secret/printed bs=$size status=none; done`,
  ]),
  step(
    'wait',
    'timeout="20s"',
    [
      'ts run',
      `for (const part of fs.readFileSync('secret/printed', 'utf8').match(/[^]{1,997}/gu) ?? []) console.error(part)`,
    ],
    [
      'sh verify',
      'test -e again || { touch again; head -c 3000 secret/printed; echo "not yet: $INPUT_TOKEN"; exit 1; }',
    ],
  ),
  '<Inform id="tell" audience="everybody" template="leaky">\n\n## Tell everybody\n\n</Inform>',
].join('\n')

function makeVault(project: Project): void {
  for (const [index, secret] of PLANTED.entries()) {
    project.write(`secret/${index}`, secret)
    chmodSync(project.path(`secret/${index}`), 0o600)
  }
  project.write('secret/printed', FORMS.map(({ text }) => text).join(''))
}

/** What the pages of the site are made of, as the build gets it. */
async function sitePages(root: string): Promise<string> {
  const routes: unknown[] = []
  const plugin = sitePlugin(root, 'internal', { commit: '', builtAt: '', validUntil: '' })()
  await plugin.contentLoaded?.({
    content: undefined,
    actions: {
      addRoute: (route) => void routes.push(route),
      createData: () => Promise.reject(new Error('no data')),
      setGlobalData: () => {},
    },
  })
  return JSON.stringify(routes)
}

void test(
  '50 secrets, every encoding, in pieces: 0 found in what a run leaves, in the site and in reports',
  { timeout: 300_000 },
  async (t) => {
    const project = makeProject(t, {
      'docs/plan/environments.yaml': ENVIRONMENTS,
      'runbooks/leak.mdx': runbook(BODY, 'inputs:\n  token: { type: secret, prompt: The token }'),
      'templates/inform/leaky.hbs': 'The token is {{input.token}}.\n',
      'templates/postmortem.md.hbs': readFileSync(
        path.join(REPOSITORY, 'templates/postmortem.md.hbs'),
        'utf8',
      ),
    })
    makeVault(project)
    const printed = readFileSync(project.path('secret/printed'))
    assert.ok(NEEDLES.every((needle) => printed.includes(needle)))
    const end = await project.run('leak', [], { env: { DRILLBOOK_INPUT_TOKEN: TOKEN } })
    assert.equal(end.code, 0, end.stderr)
    const log = only(end.events, 'fence-finished').map(
      ({ job }) => `runs/${project.runIds()[0]}/output/${job}.log`,
    )
    assert.match(log.map((file) => project.read(file)).join(''), /\[redacted\]/)

    const state = foldAll(project.journal())
    const { runbook: read } = loadRunbook(project.root, 'leak')
    assert.ok(read)
    mkdirSync(project.path('docs/drills'), { recursive: true })
    writeFileSync(
      project.path('docs/drills/it.json'),
      JSON.stringify(drillRecord(read, state, 'ab'.repeat(32))),
    )
    const written = await project.cli(['postmortem', 'last', '--no-ask', '--owner', 'ada'])
    assert.equal(written.code, 0, written.stderr)
    const shown = await Promise.all([
      project.cli(['show', 'last', '--output']),
      project.cli(['show', 'last', '--json']),
      project.cli(['runs', '--json']),
      project.cli(['verify', 'last']),
    ])
    const published = [
      ['the site', await sitePages(project.root)],
      ['the summary', summaryLines(read, state).join('\n')],
      ['the timeline', project.journal().flatMap(describeEvent).join('\n')],
      ...[end, written, ...shown].map(
        ({ stdout, stderr }, index) => [`command ${index}`, stdout + stderr] as const,
      ),
    ] as const
    const left = project.files().filter((name) => !name.startsWith('secret/'))
    for (const part of [
      'terminal.cast',
      'seal.json',
      'inform/tell.md',
      'docs/drills/it.json',
      'docs/postmortems/',
    ])
      assert.ok(
        left.some((name) => name.includes(part)),
        part,
      )
    assert.ok(published[0][1].length > 1000)
    const places = [
      ...left.map((name) => ({ name, bytes: readFileSync(project.path(name)) })),
      ...published.map(([name, text]) => ({ name, bytes: Buffer.from(text) })),
    ]
    const found = places.flatMap(({ name, bytes }) =>
      NEEDLES.filter((needle) => bytes.includes(needle)).map((needle) => `${name}: ${needle.toString()}`),
    )
    assert.deepEqual(found, [])
    t.diagnostic(
      `${PLANTED.length} secrets × ${ENCODINGS.length} encodings (${NEEDLES.length} forms) × pieces of ${PIECES.join(', ')} and 997: ${found.length} found in ${left.length} files and ${published.length} reports and pages`,
    )
  },
)
