import { messageFacts } from '../../model/message-facts.ts'
import { page } from './markdown.ts'
import { membersTable } from './runbook-format.ts'

export function messageVariables(): string {
  return page('Message variables', 'What a template of templates/inform can name.', [
    'A template is [Handlebars](https://handlebarsjs.com/guide/): `{{title}}`, `{{#if text}} … {{/if}}`, `{{#each incident.services}}{{title}}{{/each}}`. Nothing is escaped. The first line of a message is its subject. Helpers are `if`, `unless`, `each`, `with` and `lookup`. A variable that is not in this table is an error with its place, in `npm run check` and before anything is sent.',
    membersTable(messageFacts),
  ])
}
