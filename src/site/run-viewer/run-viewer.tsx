import { useEffect, useState } from 'react'
import type { DragEvent, ReactNode } from 'react'
import { checkRun } from './check-run.ts'
import type { CheckedRun } from './check-run.ts'
import { filesOfDrop, filesOfInput, openFiles, openPublished } from './opened-run.ts'
import type { NamedFile, OpenedRun } from './opened-run.ts'
import { RunStory } from './run-story.tsx'
import type { Catalog } from './story.ts'

/** A run that the site has, by its id. */
export type Published = Record<string, string[]>

type Shown =
  | { kind: 'nothing' }
  | { kind: 'reading' }
  | { kind: 'problem'; text: string }
  | { kind: 'run'; run: OpenedRun; check: CheckedRun }

/** Opens a run in this browser and shows it. Nothing that is opened leaves it. */
export default function RunViewer({
  catalog,
  published,
}: {
  catalog: Catalog
  published: Published
}): ReactNode {
  const [shown, setShown] = useState<Shown>({ kind: 'nothing' })
  const [over, setOver] = useState(false)
  const open = (opening: Promise<OpenedRun | { problem: string }>): void => {
    setShown({ kind: 'reading' })
    readRun(opening).then(setShown, (error: unknown) =>
      setShown({ kind: 'problem', text: error instanceof Error ? error.message : String(error) }),
    )
  }
  useEffect(() => {
    const id = new URLSearchParams(window.location.search).get('run')
    if (id === null) return
    const list = Object.hasOwn(published, id) ? published[id] : undefined
    readRun(
      list ? openPublished(id, list) : Promise.resolve({ problem: `No run ${id} is published here.` }),
    ).then(setShown, (error: unknown) => setShown({ kind: 'problem', text: String(error) }))
  }, [published])
  useEffect(() => {
    if (shown.kind === 'run') document.getElementById('run')?.focus()
  }, [shown])
  const drop = (event: DragEvent): void => {
    event.preventDefault()
    setOver(false)
    open(filesOfDrop(event.dataTransfer.items).then(openFiles))
  }
  const choose = (list: FileList | null): void => {
    const named: NamedFile[] = list ? filesOfInput(list) : []
    if (named.length > 0) open(Promise.resolve(openFiles(named)))
  }
  return (
    <div className="viewer">
      <div
        className={over ? 'drop drop-over' : 'drop'}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <label>
          The folder of a run{' '}
          <input
            type="file"
            ref={(input) => input?.setAttribute('webkitdirectory', '')}
            onChange={({ target }) => choose(target.files)}
          />
        </label>
        <label>
          or its journal alone <input type="file" onChange={({ target }) => choose(target.files)} />
        </label>
        <p className="aside">Or drop it here. It stays in this browser: nothing is sent anywhere.</p>
      </div>
      <div aria-live="polite">
        {shown.kind === 'reading' && <p>Reading and checking …</p>}
        {shown.kind === 'problem' && <p className="warning">▲ {shown.text}</p>}
      </div>
      {shown.kind === 'run' && <RunStory run={shown.run} check={shown.check} catalog={catalog} />}
    </div>
  )
}

async function readRun(opening: Promise<OpenedRun | { problem: string }>): Promise<Shown> {
  const run = await opening
  if ('problem' in run) return { kind: 'problem', text: run.problem }
  if (!window.isSecureContext)
    return {
      kind: 'problem',
      text: 'This page is not served securely, so the browser checks no hashes: nothing is shown.',
    }
  return { kind: 'run', run, check: await checkRun(run) }
}
