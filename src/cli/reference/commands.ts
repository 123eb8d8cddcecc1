import { COMMANDS } from '../dispatch.ts'
import { block, page, prose } from './markdown.ts'

/** Every command, in the words of its own help. */
export async function commands(): Promise<string> {
  const parts = await Promise.all(
    Object.entries(COMMANDS).map(async ([verb, load]) => {
      const { command } = await load()
      return [`## ${verb}`, prose(command.summary), block(command.usage, 'text')]
    }),
  )
  return page('Commands', 'Every command with all of its options.', [
    'What `npx drillbook <command> --help` prints. npm keeps options for itself unless `--` stands before them: `npm run runbook <id> -- --dry-run`.',
    ...parts.flat(),
  ])
}
