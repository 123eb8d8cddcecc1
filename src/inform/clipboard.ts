import { spawn } from 'node:child_process'
import { closeSync, openSync, writeSync } from 'node:fs'
import type { Delivered } from './reason.ts'

/** Programs that put text on the clipboard, and when they can. */
const PROGRAMS: { words: [string, ...string[]]; needs: string | undefined }[] = [
  { words: ['wl-copy'], needs: 'WAYLAND_DISPLAY' },
  { words: ['xclip', '-selection', 'clipboard'], needs: 'DISPLAY' },
  { words: ['pbcopy'], needs: undefined },
]
const PATIENCE_MS = 3000
/** Terminals take so much in one sequence. */
const MOST_BYTES = 74_000

/** By a program of this machine, or by the terminal itself, which also works through ssh. */
export async function copyToClipboard(text: string): Promise<Delivered> {
  for (const { words, needs } of PROGRAMS) {
    if (needs !== undefined && !process.env[needs]) continue
    if (await pipeTo(words, text)) return { kind: 'sent', receipt: `copied by ${words[0]}` }
  }
  return byTerminal(text)
}

/** False when the program is not there, or failed. What it leaves running to hold the clipboard is not waited for. */
function pipeTo([program, ...args]: [string, ...string[]], text: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'], timeout: PATIENCE_MS })
    child.on('error', () => resolve(false))
    child.on('exit', (code) => resolve(code === 0))
    child.stdin.on('error', () => resolve(false))
    child.stdin.end(text)
  })
}

/** OSC 52: the terminal puts it on the clipboard of the machine that a person sits at. */
function byTerminal(text: string): Delivered {
  const encoded = Buffer.from(text).toString('base64')
  if (encoded.length > MOST_BYTES)
    return { kind: 'failed', reason: 'too long for the clipboard of a terminal', permanent: true }
  let terminal: number
  try {
    terminal = openSync('/dev/tty', 'w')
  } catch {
    const reason = 'neither wl-copy, xclip nor pbcopy could copy it, and there is no terminal'
    return { kind: 'failed', reason, permanent: true }
  }
  try {
    writeSync(terminal, `\u001B]52;c;${encoded}\u0007`)
  } finally {
    closeSync(terminal)
  }
  return { kind: 'sent', receipt: 'given to the terminal (OSC 52)' }
}
