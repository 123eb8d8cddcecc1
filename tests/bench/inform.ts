import net from 'node:net'
import type { Socket } from 'node:net'
import { compare, interleave, roundsOf, timeProgram } from './measure.ts'
import type { Options, Row, Section } from './measure.ts'
import { DRILLBOOK, makeProject, plainRunbook, repeat } from './project.ts'
import type { Project } from './project.ts'

const NAME = 'inform'
const ROUNDS = 15
/** What a dead channel may cost a recovery. */
const PROMISED_MS = 50

const INFORM =
  '\n<Inform id="tell" audience="staff" template="internal/identified">\n\n## Tell people\n\n</Inform>\n'

/** A run that tells people over a channel that is dead, against one whose channel is a file. */
export const inform: Section = { name: NAME, title: 'A dead channel', run: measure }

async function measure(options: Options): Promise<Row[]> {
  const sockets = new Set<Socket>()
  const silent = net.createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
  })
  const hanging = await listen(silent)
  const closed = net.createServer()
  const nobody = await listen(closed)
  closed.close()
  const projects = { refused: withChannel(nobody), hangs: withChannel(hanging), file: withChannel(undefined) }
  try {
    const taken = await interleave(
      {
        refused: () => runOf(projects.refused),
        hangs: () => runOf(projects.hangs),
        file: () => runOf(projects.file),
      },
      roundsOf(ROUNDS, options),
    )
    return [
      rowOf('a peer that is not there', taken('refused'), taken('file')),
      rowOf('a peer that hangs', taken('hangs'), taken('file')),
    ]
  } finally {
    for (const socket of sockets) socket.destroy()
    silent.close()
  }
}

function withChannel(port: number | undefined): Project {
  const project = makeProject()
  const steps = repeat(2, (number) => ({ lang: 'sh', code: `echo ${number}` }))
  project.write('runbooks/bench.mdx', plainRunbook('Two steps and a message', steps) + INFORM)
  const url = `http://127.0.0.1:${port}/`
  project.write(
    'docs/plan/communications.yaml',
    port === undefined
      ? 'audiences: { staff: { title: Staff, comms: comms_internal, channels: [file] } }\n'
      : `channels: { dead: { kind: slack, environments: [bench], url: "${url}", timeout: 2s } }
audiences: { staff: { title: Staff, comms: comms_internal, channels: [dead] } }
retry: { attempts: 1 }
`,
  )
  return project
}

function runOf({ root: cwd, env }: Project): Promise<number> {
  return timeProgram({
    file: DRILLBOOK[0],
    words: [...DRILLBOOK.slice(1), 'run', 'bench', '--yes'],
    cwd,
    env,
  })
}

/** The promise is a difference; as a ratio it depends on how long the run takes. */
function rowOf(what: string, samples: number[], against: number[]): Row {
  const names = { section: NAME, what, against: 'the same run, to a file' }
  const row = compare(names, { what: samples, against })
  const difference = row.medianMs - row.againstMs
  return {
    ...row,
    what: `${what}: ${difference >= 0 ? '+' : ''}${difference.toFixed(1)} ms of ${PROMISED_MS}`,
    target: { atMost: Number(((row.againstMs + PROMISED_MS) / row.againstMs).toFixed(3)) },
  }
}

async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address === 'object' && address !== null) return address.port
  throw new Error('the server does not listen')
}
