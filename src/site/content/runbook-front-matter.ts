import type { ParseFrontMatter } from '@docusaurus/types'
import { exerciseIdOf, readExercise } from './exercises.ts'
import { readRunbook, runbookIdOf } from './runbooks.ts'
import { tidily } from './tidily.ts'

/** The front matter of a runbook and of an exercise is ours; what Docusaurus needs of it is said in its own words. */
export function runbookFrontMatter(root: string): ParseFrontMatter {
  return async ({ filePath, fileContent, defaultParseFrontMatter }) => {
    const exercise = exerciseIdOf(root, filePath)
    if (exercise !== undefined) {
      const { title, summary } = tidily(() => readExercise(root, exercise))
      return { frontMatter: { title, description: summary, slug: `/exercises/${exercise}` }, content: '' }
    }
    const id = runbookIdOf(root, filePath)
    if (id === undefined) return defaultParseFrontMatter({ filePath, fileContent })
    const { title, summary } = tidily(() => readRunbook(root, id))
    // The slug is given, or `backup/backup.mdx` would become the page of its folder.
    return { frontMatter: { title, description: summary, slug: `/${id}` }, content: '' }
  }
}
