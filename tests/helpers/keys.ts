import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'

/** For `skip`: names what is missing here. Where CI is set nothing is skipped, so that a test fails instead. */
export function unless(...programs: string[]): string | false {
  const missing = programs.filter((name) => spawnSync(name, ['-V']).error !== undefined)
  return missing.length > 0 && process.env['CI'] === undefined
    ? `${missing.join(' and ')} is not installed`
    : false
}

/** Real keys in a folder of their own, ed25519 unless something else is asked for. */
export class Keys {
  readonly folder: string

  constructor(t: TestContext, names: readonly string[]) {
    this.folder = mkdtempSync(path.join(tmpdir(), 'drillbook-keys-'))
    t.after(() => rmSync(this.folder, { recursive: true, force: true }))
    for (const name of names) this.make(name)
  }

  make(name: string, passphrase = '', type = 'ed25519'): void {
    const args = ['-q', '-t', type, '-N', passphrase, '-C', `${name}@example.com`, '-f', this.file(name)]
    const { status, stderr } = spawnSync('ssh-keygen', args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`ssh-keygen made no key: ${stderr}`)
  }

  file(name: string): string {
    return path.join(this.folder, name)
  }

  publicKey(name: string): string {
    return readFileSync(`${this.file(name)}.pub`, 'utf8').trim()
  }
}

export type Someone = { roles: string[]; key: string }

/** docs/plan/contacts.yaml for these people. */
export function contactsYaml(keys: Keys, people: Record<string, Someone>): string {
  const entries = Object.entries(people).map(
    ([id, { roles, key }], index) => `  ${id}:
    name: ${id[0]?.toUpperCase()}${id.slice(1)} Example
    roles: [${roles.join(', ')}]
    timeZone: Europe/London
    methods:
      - { kind: voice, value: "+1206555010${index}", priority: 1 }
    sshKeys: ["${keys.publicKey(key)}"]
`,
  )
  return `people:\n${entries.join('')}`
}
