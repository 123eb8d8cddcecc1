/**
 * An Aho-Corasick automaton over bytes: finds every pattern in one pass, whatever the text, and always knows how many of the last bytes
 * may be the beginning of a pattern. Of the tree of all patterns, only what a text leads to is ever worked out, so that a redactor is
 * made at once. States near the root, where ordinary text stays, are rows of a table (one look-up a byte).
 */

export const LF = 10
export const CR = 13
export const BACKSLASH = 92
export const SPACE = 32

/** By byte: what a line break may go on with. */
export const BLANK = bytesIn(' \t\r\n')
/** After a backslash; its own kind too, in JSON inside JSON. */
export const ESCAPED = bytesIn('nrt\\\r\n')
export const QUOTE = bytesIn(`'"`)

/** States below this one are in the table, if they are less deep than TABLE_DEPTH; others are this and their number in the tree. */
export const TABLE_STATES = 1024
const TABLE_DEPTH = 8
/** An anchor of which this much was seen may be folded; what is shorter stands at the ends of too many lines. */
const FOLDABLE_ANCHOR = 8
/** The state before the first byte. 0 is none: it stands in the table for what has not been worked out. */
export const START = 1

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
  /** 256 entries for each of TABLE_STATES: the next state by byte; negative where it is `found` or `foldsAt`, 0 where `step` has to tell it. */
  table: Int32Array
  step: (state: number, byte: number) => number
  /** Whether the pattern that is possibly being read goes on with this byte. */
  continues: (state: number, byte: number) => boolean
  /** Whether a pattern may go on after a break that begins with this byte; the byte after it, where it is known, rules most out. */
  foldsAt: (state: number, byte: number, following?: number) => boolean
}

export function buildAutomaton(secrets: readonly Buffer[], anchors: readonly Buffer[]): Automaton {
  const tree = treeOf(secrets, anchors)
  const states = TABLE_STATES + tree.size
  const depth = new Uint32Array(states)
  const pending = new Uint32Array(states)
  const found = new Uint8Array(states)
  const secret = new Uint32Array(states)
  const anchor = new Int32Array(states).fill(-1, 0, START)
  const table = new Int32Array(TABLE_STATES * 256)
  const inTable = new Int32Array(TABLE_STATES)
  /** By node: its state, or 0; and the node of the longest other beginning of a pattern that ends where this one does. */
  const stateOf = new Int32Array(tree.size)
  const fail = new Int32Array(tree.size)
  /** The same by state. */
  const back = new Int32Array(states)
  const facts: Facts = { depth, pending }
  let free = START

  const newState = (node: number): number => {
    if (at(tree.depth, node) >= TABLE_DEPTH || free === TABLE_STATES) return TABLE_STATES + node
    inTable[free] = node
    free += 1
    return free - 1
  }
  const number = (node: number): void => {
    const state = newState(node)
    const shorter = node === 0 ? 0 : at(stateOf, at(fail, node))
    stateOf[node] = state
    back[state] = shorter
    depth[state] = at(tree.depth, node)
    // What ends in the state that a state falls back to ends in this one too.
    pending[state] = at(tree.pending, node) || at(pending, shorter)
    secret[state] = at(tree.secret, node) || at(secret, shorter)
    const own = at(tree.anchor, node)
    anchor[state] = own === -1 ? at(anchor, shorter) : own
    if (secret[state] !== 0 || anchor[state] !== -1) found[state] = 1
  }
  const nodeOf = (state: number): number =>
    state < TABLE_STATES ? (inTable[state] ?? 0) : state - TABLE_STATES
  /** For a node whose parent has a state. */
  const fallBack = (node: number): number => {
    let next = 0
    for (let end = at(tree.parent, node); end !== 0 && next === 0;) {
      end = at(fail, end)
      next = childOf(tree, end, at(tree.byteOf, node))
    }
    return next
  }
  /** The state of a node, after those of all that it falls back to. */
  const enter = (node: number): number => {
    const open: number[] = []
    for (let shorter = node; stateOf[shorter] === 0; shorter = at(fail, shorter)) {
      fail[shorter] = fallBack(shorter)
      open.push(shorter)
    }
    for (const each of open.reverse()) number(each)
    return at(stateOf, node)
  }
  const lookUp = (state: number, byte: number): number => {
    const known = state < TABLE_STATES ? (table[(state << 8) | byte] ?? 0) : 0
    if (known !== 0) return Math.abs(known)
    const child = childOf(tree, nodeOf(state), byte)
    return child !== 0 ? enter(child) : state === START ? START : 0
  }
  const step = (state: number, byte: number): number => {
    let next = state < TABLE_STATES ? Math.abs(table[(state << 8) | byte] ?? 0) : 0
    if (next !== 0) return next
    for (let shorter = state; next === 0; shorter = back[shorter] ?? 0) next = lookUp(shorter, byte)
    const isMarked = found[next] === 1 || mayFold(facts, state, byte)
    if (state < TABLE_STATES) table[(state << 8) | byte] = isMarked ? -next : next
    return next
  }
  const hasChild = (state: number, byte: number): boolean => childOf(tree, nodeOf(state), byte) !== 0
  number(0)
  return { ...facts, found, secret, anchor, table, step, ...goingOn(facts, step, hasChild) }
}

type Facts = Pick<Automaton, 'depth' | 'pending'>

/** Whether a line break that is none of the pattern may begin with this byte. */
function mayFold({ depth, pending }: Facts, state: number, byte: number): boolean {
  if (byte !== LF && byte !== CR && byte !== BACKSLASH) return false
  return pending[state] !== 0 || (depth[state] ?? 0) >= FOLDABLE_ANCHOR
}

function goingOn(
  facts: Facts,
  step: Automaton['step'],
  hasChild: Automaton['continues'],
): Pick<Automaton, 'continues' | 'foldsAt'> {
  const { depth } = facts
  // Near the root a node has many children, and the table knows.
  const continues = (state: number, byte: number): boolean =>
    state < TABLE_STATES ? depth[step(state, byte)] === (depth[state] ?? 0) + 1 : hasChild(state, byte)
  const goesOnWith = (state: number, byte: number): boolean =>
    BLANK[byte] === 1 ||
    QUOTE[byte] === 1 ||
    byte === BACKSLASH ||
    (depth[step(state, byte)] ?? 0) > 1 ||
    continues(state, SPACE)
  const foldsAt = (state: number, byte: number, following?: number): boolean => {
    if (!mayFold(facts, state, byte)) return false
    if (following === undefined || state >= TABLE_STATES) return true
    return byte === BACKSLASH ? ESCAPED[following] === 1 : goesOnWith(state, following)
  }
  return { continues, foldsAt }
}

function at(values: Int32Array | Uint32Array | Uint8Array, index: number): number {
  return values[index] ?? 0
}

/** Whether the bytes certainly hold no pattern. False when one may be broken over lines: only a stream knows. */
export function holdsNone({ table, found, step, foldsAt }: Automaton, bytes: Uint8Array): boolean {
  let state = START
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0
    const known = state < TABLE_STATES ? (table[(state << 8) | byte] ?? 0) : 0
    if (known > 0) {
      state = known
      continue
    }
    // Nothing can go on after the last byte.
    if (index < bytes.length - 1 && foldsAt(state, byte, bytes[index + 1])) return false
    state = step(state, byte)
    if (found[state] === 1) return false
  }
  return true
}

function bytesIn(characters: string): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) =>
    characters.includes(String.fromCharCode(byte)) ? 1 : 0,
  )
}

/** A tree of bytes; the children of a node are a list. Node 0 is the root, and stands for "none" as a child. */
type Tree = {
  size: number
  parent: Int32Array
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
    parent: new Int32Array(most),
    firstChild: new Int32Array(most),
    nextSibling: new Int32Array(most),
    byteOf: new Uint8Array(most),
    depth: new Uint32Array(most),
    pending: new Uint32Array(most),
    secret: new Uint32Array(most),
    anchor: new Int32Array(most).fill(-1),
  }
}

function childOf({ firstChild, nextSibling, byteOf }: Tree, node: number, byte: number): number {
  let child = firstChild[node] ?? 0
  while (child !== 0 && byteOf[child] !== byte) child = nextSibling[child] ?? 0
  return child
}

function treeOf(secrets: readonly Buffer[], anchors: readonly Buffer[]): Tree {
  const tree = emptyTree([...secrets, ...anchors].reduce((sum, pattern) => sum + pattern.length, 1))
  const { parent, firstChild, nextSibling, byteOf, depth } = tree
  const leaf = (pattern: Buffer, isSecret: boolean): number => {
    let at = 0
    for (const byte of pattern) {
      let next = childOf(tree, at, byte)
      if (next === 0) {
        next = tree.size
        tree.size += 1
        parent[next] = at
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
