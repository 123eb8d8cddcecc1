import { existsSync } from 'node:fs'
import path from 'node:path'
import { compare, interleave, roundsOf, timeProgram } from './measure.ts'
import type { Missing, Options, Program, Row, Section } from './measure.ts'
import { DRILLBOOK, makeProject, plainRunbook, REPOSITORY } from './project.ts'
import type { Project } from './project.ts'

const NAME = 'three-steps'
const ROUNDS = 21
const FASTER = { atMost: 1 }
const WORDS = ['one', 'two', 'three']

/** Three `echo` steps, start to end of the whole process, against whatever else runs a document or a recipe here. */
export const threeSteps: Section = { name: NAME, title: 'Three echo steps, whole process', run: measure }

/** `judged`: it is a peer, to be beaten; the others show what the parts cost. */
type Contestant = Program & { judged: boolean }

async function measure(options: Options): Promise<(Row | Missing)[]> {
  const project = makeProject()
  const steps = WORDS.map((word) => ({ lang: 'sh' as const, code: `echo ${word}` }))
  project.write('runbooks/bench.mdx', plainRunbook('Three steps', steps))
  const { present, missing } = contestants(project, options)
  const ours = {
    file: DRILLBOOK[0],
    words: [...DRILLBOOK.slice(1), 'run', 'bench', '--yes'],
    cwd: project.root,
    env: project.env,
  }
  const measures = Object.fromEntries(
    Object.entries({ drillbook: ours, ...present }).map(([name, program]) => [
      name,
      () => timeProgram(program),
    ]),
  )
  const taken = await interleave(measures, roundsOf(ROUNDS, options))
  const rows = Object.entries(present).map(([name, { judged }]) =>
    compare(
      { section: NAME, what: 'drillbook run --yes', against: name },
      { what: taken('drillbook'), against: taken(name) },
      judged ? FASTER : undefined,
    ),
  )
  return [...rows, ...missing]
}

function contestants(
  project: Project,
  { peers }: Options,
): { present: Record<string, Contestant>; missing: Missing[] } {
  const cwd = project.root
  project.write('peer.md', WORDS.map((word) => `## ${word}\n\n\`\`\`bash\necho ${word}\n\`\`\`\n`).join('\n'))
  project.write(
    'justfile',
    `all: ${WORDS.join(' ')}\n\n${WORDS.map((word) => `${word}:\n    echo ${word}\n`).join('\n')}`,
  )
  project.write('peer.yml', playbook())
  const inPeers = (file: string): string | undefined =>
    peers === undefined ? undefined : path.join(peers, 'node_modules', file)
  const wrapper = inPeers('rust-just/lib/index.mjs')
  const bare = inPeers(`rust-just-${process.platform}-${process.arch}/bin/just`)
  const candidates: Record<
    string,
    { file: string | undefined; before?: string[]; words: string[]; judged: boolean }
  > = {
    'zx on Markdown': {
      file: path.join(REPOSITORY, 'node_modules/zx/build/cli.js'),
      before: [process.execPath],
      words: ['peer.md'],
      judged: true,
    },
    'just (npm wrapper)': { file: wrapper, before: [process.execPath], words: [], judged: true },
    'ansible-playbook': {
      file: onPath('ansible-playbook'),
      words: ['-i', 'localhost,', '-c', 'local', 'peer.yml'],
      judged: true,
    },
    'just (its bare binary)': { file: onPath('just') ?? bare, words: [], judged: false },
    'bash -c, three times': {
      file: onPath('bash'),
      words: ['-c', WORDS.map((word) => `bash -c 'echo ${word}'`).join('\n')],
      judged: false,
    },
  }
  const present: Record<string, Contestant> = {}
  const missing: Missing[] = []
  for (const [name, { file, before = [], words, judged }] of Object.entries(candidates)) {
    if (file === undefined || !existsSync(file))
      missing.push({
        section: NAME,
        what: `drillbook run --yes, against ${name}`,
        reason: 'not installed here',
      })
    else {
      const [program = file, ...rest] = [...before, file, ...words]
      present[name] = { file: program, words: rest, cwd, judged }
    }
  }
  return { present, missing }
}

function playbook(): string {
  const tasks = WORDS.map((word) => `    - name: ${word}\n      ansible.builtin.command: echo ${word}\n`)
  return `- hosts: localhost\n  gather_facts: false\n  tasks:\n${tasks.join('')}`
}

function onPath(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter)
  return folders.map((folder) => path.join(folder, program)).find((file) => existsSync(file))
}
