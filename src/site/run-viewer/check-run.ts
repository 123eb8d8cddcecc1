import { START } from '../../journal/chain-end.ts'
import { UNNAMED, judgeSeal, parseSeal, takeLine, unnamedOutputs } from '../../journal/chain.ts'
import type { Chain } from '../../journal/chain.ts'
import { parseEvent } from '../../model/event.ts'
import type { Problem } from '../../model/problem.ts'
import { UNSEALED, unsealed } from '../../model/sealed-file.ts'
import type { OpenedRun } from './opened-run.ts'

export type CheckedRun = Chain & {
  lines: number
  torn: boolean
  sealed: boolean
  /** Of the files that the seal names: how many are as they were, and which were not opened. */
  same: number
  notOpened: string[]
  signed: boolean
}

/** As `drillbook verify` does, with the browser's own SHA-256. Needs a page that counts as secure: https, this machine, or a file. */
export async function checkRun(run: OpenedRun): Promise<CheckedRun> {
  const bytes = new Uint8Array(await run.journal.arrayBuffer())
  const chain: Chain = { events: [], end: START, problems: [] }
  let line = 0
  let from = 0
  for (let to = bytes.indexOf(10); to !== -1; to = bytes.indexOf(10, from)) {
    line += 1
    const part = bytes.subarray(from, to)
    const text = new TextDecoder().decode(part)
    takeLine(chain, { text, hash: await sha256(part) }, { file: 'journal.ndjson', line }, parseEvent)
    from = to + 1
  }
  if (chain.events[0]?.event !== 'run-started')
    chain.problems.push({ file: 'journal.ndjson', line: 1, message: 'the first event is not run-started' })
  const last = chain.events.at(-1)
  const sealed = last?.event === 'run-sealed'
  const named = sealed ? last.files : {}
  const files = run.whole ? await compare(run.files, named) : { same: 0, problems: [] }
  const added = run.whole && sealed ? unsealed([...run.files.keys()], named) : []
  return {
    ...chain,
    lines: line,
    torn: from < bytes.length,
    sealed,
    same: files.same,
    notOpened: run.whole ? [] : Object.keys(named),
    signed: run.files.has('seal.sig'),
    problems: [
      ...chain.problems,
      ...files.problems,
      ...added.map((file) => ({ file, message: UNSEALED })),
      ...(await sealProblems(run, chain)),
    ],
  }
}

async function sealProblems(run: OpenedRun, chain: Chain): Promise<Problem[]> {
  if (!run.whole) return []
  const text = await run.files.get('seal.json')?.text()
  const finished = chain.events.some(({ event }) => event === 'run-finished')
  if (text === undefined && !finished) return []
  const seal = text === undefined ? undefined : parseSeal(text)
  const sealedAt = chain.events.findIndex(({ event }) => event === 'run-sealed')
  const ends = { lines: chain.events.length, sealedAt, end: chain.end }
  return judgeSeal(ends, seal, { journal: 'journal.ndjson', seal: 'seal.json' }).concat(
    unnamedOutputs(chain.events, outputNames(run)).map((name) => ({
      file: `output/${name}`,
      message: UNNAMED,
    })),
  )
}

function outputNames({ files }: OpenedRun): string[] {
  return [...files.keys()]
    .filter((path) => path.startsWith('output/'))
    .map((path) => path.slice('output/'.length))
}

async function compare(
  files: OpenedRun['files'],
  named: Record<string, string>,
): Promise<{ same: number; problems: Problem[] }> {
  const problems: Problem[] = []
  let same = 0
  for (const [file, expected] of Object.entries(named)) {
    const found = files.get(file)
    if (!found) problems.push({ file, message: 'is missing; the seal names it' })
    else if ((await sha256(await found.arrayBuffer())) === expected) same += 1
    else problems.push({ file, message: 'was changed after the run was sealed' })
  }
  return { same, problems }
}

async function sha256(data: BufferSource): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', data))
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

export type Statement = { standing: 'proved' | 'broken' | 'open'; text: string }

/** Exactly what the check shows, and what it cannot. */
export function statements(check: CheckedRun): Statement[] {
  const { lines, problems, sealed, same, notOpened, torn, signed } = check
  const broken = problems.map(({ file, line, message }): Statement => {
    const place = line === undefined ? file : `${file}, line ${line}`
    return { standing: 'broken', text: `${place}: ${message}` }
  })
  const proved: Statement[] = []
  if (!problems.some(({ file }) => file === 'journal.ndjson'))
    proved.push({
      standing: 'proved',
      text: `Each of the ${lines} lines names the SHA-256 of the line before it: none was changed, added or removed between them.`,
    })
  if (sealed && notOpened.length === 0 && problems.length === 0)
    proved.push({
      standing: 'proved',
      text: `The seal names the last line, and ${same === 1 ? 'the one file' : `all ${same} files`} that the run left: nothing was cut off or changed since it was sealed.`,
    })
  const open: Statement[] = []
  if (torn) open.push({ standing: 'open', text: 'The last line was not finished, and does not count.' })
  if (!sealed)
    open.push({
      standing: 'open',
      text: 'The run is not sealed: that nothing was cut off at the end cannot be told.',
    })
  if (notOpened.length > 0)
    open.push({
      standing: 'open',
      text: `Only the journal was opened: seal.json and the ${notOpened.length} files that the seal names were not checked.`,
    })
  open.push({
    standing: 'open',
    text: `Not proved here: who wrote it. ${signed ? 'There is a signature' : 'There is no signature'}; npx drillbook verify --allowed-signers checks one. Whoever can write all of these files could have made them anew from the first line; times are those of the machine's clock.`,
  })
  return [...broken, ...proved, ...open]
}
