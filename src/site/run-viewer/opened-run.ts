/** A run as its files, wherever they are from: a folder of this machine, or the site. Nothing of it leaves the browser. */
export type OpenedRun = {
  /** What it is called: the folder, or the file. */
  name: string
  journal: Blob
  /** By path below the folder of the run, with `/`. */
  files: Map<string, Blob>
  /** False when only a journal was opened: what else the run left is not there to be checked. */
  whole: boolean
}

export type NamedFile = { path: string; file: Blob }

const JOURNAL = 'journal.ndjson'

/** Of what was opened, the folder that holds a journal; a single file is taken for a journal whatever it is called. */
export function openFiles(named: readonly NamedFile[]): OpenedRun | { problem: string } {
  const journals = outermost(named.filter(({ path }) => path === JOURNAL || path.endsWith(`/${JOURNAL}`)))
  const [only] = named.length === 1 ? named : journals
  if (!only || journals.length > 1)
    return {
      problem:
        journals.length > 1
          ? `There are ${journals.length} journals in it: open the folder of one run.`
          : `There is no ${JOURNAL} in it: open the folder of a run, or its journal.`,
    }
  const base = folderOf(only.path)
  const files = new Map(
    named.flatMap(({ path, file }) => (path.startsWith(base) ? [[path.slice(base.length), file]] : [])),
  )
  const name = base === '' ? only.path : (base.split('/').at(-2) ?? only.path)
  return { name, journal: only.file, files, whole: named.length > 1 }
}

/** A run that sent messages holds the journal of its outbox as well. */
function outermost(journals: readonly NamedFile[]): NamedFile[] {
  const folders = journals.map(({ path }) => folderOf(path))
  return journals.filter(
    ({ path }) => !folders.some((folder) => folder !== folderOf(path) && path.startsWith(folder)),
  )
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1)
}

/** The files that were chosen, with the folders they are in. */
export function filesOfInput(list: FileList): NamedFile[] {
  return [...list].map((file) => ({ path: file.webkitRelativePath || file.name, file }))
}

/** The files of what was dropped; a folder with everything below it. */
export async function filesOfDrop(items: DataTransferItemList): Promise<NamedFile[]> {
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  return (await Promise.all(entries.map(filesBelow))).flat()
}

async function filesBelow(entry: FileSystemEntry): Promise<NamedFile[]> {
  if (entry instanceof FileSystemDirectoryEntry)
    return (await Promise.all((await childrenOf(entry)).map(filesBelow))).flat()
  if (!(entry instanceof FileSystemFileEntry)) return []
  const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject))
  return [{ path: entry.fullPath.replace(/^\//, ''), file }]
}

/** A folder is read in portions; an empty one is its end. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const children: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return children
    children.push(...some)
  }
}

/** A published run, from the site itself. `list` names its files. */
export async function openPublished(id: string, list: readonly string[]): Promise<OpenedRun> {
  const files = await Promise.all(
    list.map(async (path): Promise<[string, Blob]> => {
      const response = await fetch(`/run/published/${id}/${path}`)
      if (!response.ok) throw new Error(`${path} of ${id} cannot be read: ${response.status}`)
      return [path, await response.blob()]
    }),
  )
  const all = new Map(files)
  const journal = all.get(JOURNAL)
  if (!journal) throw new Error(`${id} has no journal`)
  return { name: id, journal, files: all, whole: true }
}
