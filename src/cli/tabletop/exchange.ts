import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { exerciseFile, parseExercise } from '../../document/exercise.ts'
import { ProjectFiles } from '../../document/project-files.ts'
import { fromCexf, toCexf } from '../../exercise/cexf.ts'
import { exerciseMdx } from '../../exercise/to-mdx.ts'
import { writeWhole } from '../../host/write-file.ts'
import { makeFolder } from '../../journal/make-folder.ts'
import type { ExitName } from '../../model/exit-code.ts'
import type { Exercise } from '../../model/exercise.ts'
import { OperatorError } from '../../model/problem.ts'
import type { Io } from '../command.ts'

export function exportCexf(exercise: Exercise, file: string, io: Io): ExitName {
  makeFolder(path.dirname(path.resolve(file)), 0o777)
  writeWhole(path.resolve(file), `${JSON.stringify(toCexf(exercise), undefined, 2)}\n`)
  io.out(`${file}: ${exercise.title}, ${exercise.injects.length} injects, CEXF`)
  return 'ok'
}

/** Writes a new exercise; one that is there, or one that could not be read again, is not written. */
export function importCexf(root: string, file: string, id: string, io: Io): ExitName {
  const target = exerciseFile(id)
  if (!/^[a-z][a-z0-9-]*$/.test(id))
    throw new OperatorError('usage', {
      message: `"${id}" is no id: expected lower-case letters, digits and dashes`,
    })
  if (existsSync(path.join(root, target)))
    throw new OperatorError('usage', { file: target, message: 'is there already: nothing was written' })
  const read = fromCexf(readJson(file))
  if ('problems' in read)
    throw new OperatorError(
      'usage',
      read.problems.map((problem) => ({ file, ...problem })),
    )
  const text = exerciseMdx(read.input)
  const { exercise, problems } = parseExercise(id, text, new ProjectFiles(root))
  if (!exercise)
    throw new OperatorError(
      'usage',
      problems.map(({ message, line }) => ({
        file,
        message: `as an exercise it would be wrong on line ${line ?? 1}: ${message}`,
      })),
    )
  writeWhole(path.join(root, target), text)
  io.out(`${target}: ${exercise.title}, ${exercise.injects.length} injects`)
  for (const what of new Set(read.completed)) io.out(`Filled in, to be completed: ${what}`)
  return 'ok'
}

function readJson(file: string): unknown {
  if (!existsSync(file)) throw new OperatorError('usage', { file, message: 'there is no such file' })
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new OperatorError('usage', {
      file,
      message: `is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    })
  }
}
