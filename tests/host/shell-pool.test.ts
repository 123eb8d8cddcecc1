import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { CUT_OFF, shMessage } from '../../src/fences/sh.ts'
import { JOB_VARIABLE } from '../../src/model/shell.ts'
import { startShell } from '../../src/host/shell-pool.ts'
import type { FenceJob } from '../../src/runner/ports.ts'
import { processesWith, until } from '../helpers/processes.ts'

/** A shell that waited and was handed its fence does what `bash -euo pipefail -c FENCE` does, and outlives nobody. */

const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'drillbook-shells-')))
after(() => rmSync(folder, { recursive: true }))
const LABEL = 'runbooks/it.mdx:15'

function jobOf(code: string, input: Record<string, string> = {}): FenceJob {
  return {
    id: 'one-run-1',
    step: 'one',
    fence: {
      role: 'run',
      lang: 'sh',
      code,
      place: { file: 'runbooks/it.mdx', line: 15, column: 1 },
      bind: [],
    },
    timeoutMs: 10_000,
    poll: false,
    declares: {},
    root: folder,
    snapshot: folder,
    context: {
      input,
      outputs: {},
      targets: {},
      run: {
        id: 'r',
        runbook: 'it',
        step: 'one',
        environment: 'plain',
        operator: 'ada',
        mode: 'interactive',
      },
    },
  }
}

type End = { code: number | null; signal: string | null; stdout: string; stderr: string }

async function waited(code: string, input: Record<string, string> = {}): Promise<End> {
  const { child, give } = startShell(folder)
  const end = endOf(child)
  give(shMessage(jobOf(code, input), '/dev/null'), () => {})
  return await end
}

/** What it stands for. */
async function plain(
  code: string,
  input: Record<string, string> = {},
  more: Record<string, string> = {},
): Promise<End> {
  const own = {
    DRILLBOOK_OUTPUT: '/dev/null',
    DRILLBOOK_RUN: 'r',
    DRILLBOOK_STEP: 'one',
    DRILLBOOK_ENVIRONMENT: 'plain',
    [JOB_VARIABLE]: 'one-run-1',
  }
  const env = Object.fromEntries(
    Object.entries(input).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  )
  const child = spawn('bash', ['-euo', 'pipefail', '-c', code, LABEL], {
    cwd: folder,
    env: { ...process.env, ...own, ...env, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  return await endOf(child)
}

async function endOf(child: ReturnType<typeof spawn>): Promise<End> {
  assert.ok(child.stdout && child.stderr)
  const exit = new Promise<Pick<End, 'code' | 'signal'>>((resolve) => {
    child.on('exit', (code, signal) => resolve({ code, signal }))
  })
  const [stdout, stderr, end] = await Promise.all([text(child.stdout), text(child.stderr), exit])
  return { ...end, stdout, stderr }
}

/** Numbers of processes differ, and what bash calls the text that it could not parse. */
function comparable({ stderr, ...rest }: End): End {
  return { ...rest, stderr: stderr.replace(/\d+ (Killed)/, '$1').replace(': eval: line', ': -c: line') }
}

function characters(first: number, last: number): string {
  return String.fromCharCode(...Array.from({ length: last - first + 1 }, (_, index) => first + index))
}

const same: { title: string; code: string; input?: Record<string, string> }[] = [
  { title: 'success', code: 'echo out\necho err >&2' },
  { title: 'an empty fence', code: '' },
  { title: 'a comment', code: '# nothing' },
  { title: 'an exit code', code: 'exit 7' },
  { title: 'set -e', code: 'echo one\nfalse\necho two' },
  { title: 'set -e in a subshell', code: '(false; echo one)\necho two' },
  { title: 'set -e in a function', code: 'f() {\n  false\n  echo one\n}\nf\necho two' },
  {
    title: 'set -e does not hold in a condition',
    code: 'if false; then echo a; fi\nfalse || echo b\n! true\necho c',
  },
  { title: 'set -e taken back', code: 'set +e\nfalse\necho on' },
  { title: 'pipefail', code: 'echo a | false | cat\necho no' },
  { title: 'set -u', code: 'echo one\necho "$NOT_THERE"' },
  { title: 'no such command', code: 'echo one\n\nno-such-command a' },
  {
    title: 'line numbers',
    code: 'echo $LINENO\necho \\\n  $LINENO\nf() {\n  echo $LINENO\n  no-such-command\n}\nf',
  },
  { title: 'a line number after a here document', code: 'cat <<EOF\na\nb\nEOF\nno-such-command' },
  { title: 'its name and arguments', code: 'echo "$0" $# "$-"' },
  { title: 'standard input', code: 'cat\nread -r line || echo end' },
  { title: 'descriptors of a child', code: 'bash -c "ls /proc/\\$\\$/fd" | sort -n' },
  { title: 'descriptor 3 is free', code: 'exec 3> three\necho a >&3\ncat three\n' },
  { title: 'variables', code: 'compgen -v | grep -i drillbook' },
  { title: 'time', code: 'echo $SECONDS' },
  { title: 'a trap', code: `trap 'echo bye $?' EXIT\nexit 3` },
  { title: 'a trap of errors', code: `trap 'echo at $LINENO' ERR\ntrue\nfalse` },
  { title: 'a signal that ends it', code: 'kill -TERM $$\nsleep 5' },
  { title: 'a signal that nobody can catch', code: 'kill -KILL $$\nsleep 5' },
  { title: 'a signal that it catches', code: `trap 'echo caught; exit 4' TERM\nkill -TERM $$\nsleep 5` },
  { title: 'a child that is ended by a signal', code: `bash -c 'kill -KILL $$'\necho no` },
  { title: 'dispositions of signals', code: 'grep -E "^Sig(Ign|Blk)" /proc/self/status; trap -p' },
  { title: 'exec', code: 'exec bash -c "exit 9"' },
  { title: 'not valid', code: 'echo one\nif true; then\necho two' },
  { title: 'return', code: 'return 3' },
  { title: 'functions that are exported', code: 'f() { echo inner; }\nexport -f f\nbash -c f' },
  { title: 'a background job', code: 'sleep 0.1 &\nwait\necho done' },
  {
    title: 'values',
    code: 'for name in A B C D E; do v=INPUT_$name; printf %s "${!v}" | sha256sum; env | grep -c "^$v="; done',
    input: { a: `'"\`$(touch x)\${HOME}\\`, b: '\n\nlines\n\n', c: 'täglich 😀', d: ' complete ', e: '=' },
  },
  {
    title: 'values of every character but what separates them',
    code: 'for name in A B C D; do v=INPUT_$name; printf %s "${!v}" | sha256sum; done',
    input: { a: `\x1f\x1e${characters(1, 27)}`, b: characters(32, 1000), c: '', d: '*' },
  },
  { title: 'a long value', code: 'printf %s "$INPUT_A" | sha256sum', input: { a: 'x'.repeat(120_000) } },
  { title: 'a long fence', code: `${'# words\n'.repeat(12_000)}echo $LINENO` },
]

for (const { title, code, input } of same)
  void test(`as bash -c: ${title}`, async () => {
    assert.deepEqual(comparable(await waited(code, input)), comparable(await plain(code, input)))
  })

void test('BASH_ENV is read, as by every bash that executes a script', async (t) => {
  const file = path.join(folder, 'bash-env')
  writeFileSync(file, 'told=before\n')
  process.env['BASH_ENV'] = file
  t.after(() => delete process.env['BASH_ENV'])
  const code = 'echo "$told"'
  assert.equal((await waited(code)).stdout, 'before\n')
  assert.deepEqual(await waited(code), await plain(code))
})

void test('a message that is cut off anywhere executes nothing', { timeout: 60_000 }, async () => {
  const message = shMessage(jobOf('complete; echo it; echo complete', { a: 'complete' }), '/dev/null')
  assert.equal((await told(message)).stdout, 'it\ncomplete\n')
  for (let length = 0; length < message.length; length += 1) {
    const end = await told(message.subarray(0, length))
    assert.deepEqual({ ...end, length }, { code: CUT_OFF, signal: null, stdout: '', stderr: '', length })
  }
})

async function told(message: Buffer): Promise<End> {
  const { child, give } = startShell(folder)
  const end = endOf(child)
  give(message, () => {})
  return await end
}

void test('a shell that ended before it was told anything is known not to have executed it', async () => {
  const { child, give } = startShell(folder)
  const end = endOf(child)
  child.kill('SIGKILL')
  await end
  await new Promise<void>((resolve) => give(Buffer.from('x'), resolve))
})

void test('a shell that ends by itself, without a word, is known not to have executed what it was handed', async (t) => {
  const file = path.join(folder, 'bash-env-ends')
  process.env['BASH_ENV'] = file
  t.after(() => delete process.env['BASH_ENV'])
  for (const [moment, script] of Object.entries({
    'at once': 'exit 0',
    later: 'read -t 0.3 <> <(:); exit 0',
  })) {
    writeFileSync(file, script)
    const { child, give } = startShell(folder)
    const end = endOf(child)
    let unread = false
    give(shMessage(jobOf('true'), '/dev/null'), () => {
      unread = true
    })
    assert.equal((await end).code, 0)
    assert.ok(unread, moment)
  }
})

void test('values that leave no character to separate them by are refused', () => {
  assert.throws(
    () => shMessage(jobOf('true', { a: characters(1, 31) }), '/dev/null'),
    /every control character/,
  )
})

void test('a value that no program could be given is refused, counted in bytes', () => {
  assert.throws(
    () => shMessage(jobOf('true', { a: 'ü'.repeat(70_000) }), '/dev/null'),
    /140008 bytes: INPUT_A/,
  )
  assert.throws(() => shMessage(jobOf('true', { a: 'a\0b' }), '/dev/null'), /NUL character: INPUT_A/)
})

/** What a supervisor does with its shells, in a process of its own. */
const POOL = `import { ShellPool } from '${path.join(import.meta.dirname, '../../src/host/shell-pool.ts')}'
const pool = new ShellPool(process.cwd())
for (const code of process.argv.slice(1)) {
  const shell = pool.take()
  // Handed over in part: this process is killed in the middle of it.
  shell.child.stdio[3].write(['', 'label', code, 'DRILLBOOK_JOB=it'].join('\\x1f'))
}
pool.expect(2)
setTimeout(() => console.log('ready'), 100)
setInterval(() => {}, 1000)`

void test('shells end with the process that started them, whatever they had been told', async (t) => {
  const mark = `DRILLBOOK_TEST_SHELLS=${path.basename(folder)}`
  const [name = '', value = ''] = mark.split('=')
  const code = `echo executed > ${folder}/executed`
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', POOL]
  const pool = spawn(process.execPath, [...flags, code, code], {
    cwd: folder,
    env: { ...process.env, [name]: value },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => pool.kill('SIGKILL'))
  await new Promise((resolve) => pool.stdout.once('data', resolve))
  const shells = (): number => processesWith(mark).filter(({ command }) => command.startsWith('/')).length
  assert.equal(processesWith(mark).filter(({ command }) => command.includes('__drillbook')).length, 4)
  pool.kill('SIGKILL')
  await until('every shell has ended', () => shells() === 0)
  assert.throws(() => readFileSync(path.join(folder, 'executed')), /ENOENT/)
})
