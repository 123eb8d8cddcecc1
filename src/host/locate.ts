import { accessSync, constants } from 'node:fs'
import path from 'node:path'

const found = new Map<string, string>()

/**
 * Where a program is: looked for once, not at every start. One that is not found, or for which a folder that depends on where one
 * stands would have to be looked into, is left to the system by its name.
 */
export function locate(program: string): string {
  const known = found.get(program)
  if (known !== undefined) return known
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    if (!path.isAbsolute(folder)) return program
    const file = path.join(folder, program)
    if (!isExecutable(file)) continue
    found.set(program, file)
    return file
  }
  return program
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
