/**
 * An Aho-Corasick automaton over bytes: finds every pattern in one pass, whatever the text, and always knows how many of the last bytes
 * may be the beginning of a pattern. States are numbered by depth, so that the few near the root, where ordinary text stays, are a
 * table (one look-up a byte), and the many deep ones a tree (a few bytes each).
 */

/** A line break inside a pattern of which this much was seen is passed over: base64 and other long text is often folded. */
export const FOLDABLE_DEPTH = 8
const MOST_TABLE_STATES = 1024
export const LF = 10
export const CR = 13

export type Automaton = {
  /** How many bytes of a pattern have been read, by state. */
  depth: Uint32Array
  /** How many of the last bytes may be the beginning of a secret. */
  pending: Uint32Array
  /** Whether any pattern ends in a state. */
  found: Uint8Array
  /** The length of the longest secret that ends in a state, or 0. */
  secret: Uint32Array
  /** The number of the anchor that ends in a state, or -1. */
  anchor: Int32Array
  /** States below this one are in the table, 256 entries each; for the others `step` tells the next. */
  tableStates: number
  table: Int32Array
  step: (state: number, byte: number) => number
  /** Whether the pattern that is possibly being read goes on with this byte. */
  continues: (state: number, byte: number) => boolean
}

export function buildAutomaton(secrets: readonly Buffer[], anchors: readonly Buffer[]): Automaton {
  const tree = inOrderOfDepth(treeOf(secrets, anchors))
  const { firstChild, nextSibling, byteOf, depth, pending, secret, anchor } = tree
  const fail = new Int32Array(tree.size)
  const tableStates = Math.min(MOST_TABLE_STATES, shallow(tree))
  const table = new Int32Array(tableStates * 256)
  const found = new Uint8Array(tree.size)

  const child = (state: number, byte: number): number => {
    let found = firstChild[state] ?? 0
    while (found !== 0 && byteOf[found] !== byte) found = nextSibling[found] ?? 0
    return found
  }
  const step = (state: number, byte: number): number => {
    for (let at = state; ; at = fail[at] ?? 0) {
      if (at < tableStates) return table[at * 256 + byte] ?? 0
      const next = child(at, byte)
      if (next !== 0) return next
    }
  }
  // By depth: what a state falls back to is always complete already.
  for (let state = 0; state < tree.size; state += 1) {
    const back = fail[state] ?? 0
    inherit(tree, state, back)
    if ((secret[state] ?? 0) > 0 || (anchor[state] ?? -1) >= 0) found[state] = 1
    if (state < tableStates && state > 0) table.copyWithin(state * 256, back * 256, back * 256 + 256)
    for (let next = firstChild[state] ?? 0; next !== 0; next = nextSibling[next] ?? 0) {
      const byte = byteOf[next] ?? 0
      // The longest other beginning of a pattern that ends where this one does.
      fail[next] = state === 0 ? 0 : step(back, byte)
      if (state < tableStates) table[state * 256 + byte] = next
    }
  }
  const continues = (state: number, byte: number): boolean => child(state, byte) !== 0
  return { depth, pending, found, secret, anchor, tableStates, table, step, continues }
}

/** Whether the bytes certainly hold no pattern. False when one may be broken over lines: only a stream knows. */
export function holdsNone({ table, tableStates, found, step }: Automaton, bytes: Uint8Array): boolean {
  let state = 0
  for (const byte of bytes) {
    if (state < tableStates) state = table[(state << 8) | byte] ?? 0
    else if (byte === LF || byte === CR) return false
    else state = step(state, byte)
    if (found[state] === 1) return false
  }
  return true
}

/** What ends in the state that a state falls back to ends in this one too. */
function inherit({ pending, secret, anchor }: Tree, state: number, back: number): void {
  if (pending[state] === 0) pending[state] = pending[back] ?? 0
  if (secret[state] === 0) secret[state] = secret[back] ?? 0
  if (anchor[state] === -1) anchor[state] = anchor[back] ?? -1
}

/** A tree of bytes; the children of a node are a list. Node 0 is the root, and stands for "none" as a child. */
type Tree = {
  size: number
  firstChild: Int32Array
  nextSibling: Int32Array
  byteOf: Uint8Array
  depth: Uint32Array
  /** The depth of what a secret may go on from, else 0. */
  pending: Uint32Array
  secret: Uint32Array
  anchor: Int32Array
}

function emptyTree(most: number): Tree {
  return {
    size: 1,
    firstChild: new Int32Array(most),
    nextSibling: new Int32Array(most),
    byteOf: new Uint8Array(most),
    depth: new Uint32Array(most),
    pending: new Uint32Array(most),
    secret: new Uint32Array(most),
    anchor: new Int32Array(most).fill(-1),
  }
}

function treeOf(secrets: readonly Buffer[], anchors: readonly Buffer[]): Tree {
  const tree = emptyTree([...secrets, ...anchors].reduce((sum, pattern) => sum + pattern.length, 1))
  const { firstChild, nextSibling, byteOf, depth } = tree
  const leaf = (pattern: Buffer, isSecret: boolean): number => {
    let at = 0
    for (const byte of pattern) {
      let next = firstChild[at] ?? 0
      while (next !== 0 && byteOf[next] !== byte) next = nextSibling[next] ?? 0
      if (next === 0) {
        next = tree.size
        tree.size += 1
        byteOf[next] = byte
        depth[next] = (depth[at] ?? 0) + 1
        nextSibling[next] = firstChild[at] ?? 0
        firstChild[at] = next
      }
      if (isSecret) tree.pending[at] = depth[at] ?? 0
      at = next
    }
    return at
  }
  for (const secret of secrets) tree.secret[leaf(secret, true)] = secret.length
  for (const [number, anchor] of anchors.entries()) tree.anchor[leaf(anchor, false)] = number
  return tree
}

/** The same tree, its nodes numbered by depth. */
function inOrderOfDepth(tree: Tree): Tree {
  const order = new Int32Array(tree.size)
  const renumbered = new Int32Array(tree.size)
  let known = 1
  for (let at = 0; at < known; at += 1)
    for (let next = tree.firstChild[order[at] ?? 0] ?? 0; next !== 0; next = tree.nextSibling[next] ?? 0) {
      order[known] = next
      renumbered[next] = known
      known += 1
    }
  const { size } = tree
  // Loops: `from` with a function takes ten times as long, and a run waits for this.
  const arrange = <Values extends Int32Array | Uint32Array | Uint8Array>(
    old: Values,
    values: Values,
  ): Values => {
    for (let at = 0; at < size; at += 1) values[at] = old[order[at] ?? 0] ?? 0
    return values
  }
  const renumber = (links: Int32Array): Int32Array => {
    for (let at = 0; at < size; at += 1) links[at] = renumbered[links[at] ?? 0] ?? 0
    return links
  }
  return {
    size,
    firstChild: renumber(arrange(tree.firstChild, new Int32Array(size))),
    nextSibling: renumber(arrange(tree.nextSibling, new Int32Array(size))),
    byteOf: arrange(tree.byteOf, new Uint8Array(size)),
    depth: arrange(tree.depth, new Uint32Array(size)),
    pending: arrange(tree.pending, new Uint32Array(size)),
    secret: arrange(tree.secret, new Uint32Array(size)),
    anchor: arrange(tree.anchor, new Int32Array(size)),
  }
}

/** How many states are so near the root that no line break is passed over in them. */
function shallow({ size, depth }: Tree): number {
  const deep = depth.findIndex((own) => own >= FOLDABLE_DEPTH)
  return deep === -1 ? size : deep
}
