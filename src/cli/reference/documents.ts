import { framework } from '../../model/framework.ts'
import { postmortemMatter } from '../../model/postmortem.ts'
import { postmortemData } from '../../reports/postmortem/data.ts'
import { HELPERS } from '../../reports/template.ts'
import { code, page, prose, table } from './markdown.ts'
import { membersTable } from './runbook-format.ts'

/** What templates/postmortem.md.hbs may print, and what stands in the front matter of what it makes. */
export function postmortemTemplate(): string {
  return page('Post-mortem template', 'Every variable, helper and front-matter key of post-mortems.', [
    'A template is [Handlebars](https://handlebarsjs.com). `npm run postmortem -- <run> --template FILE` takes one of yours; `templates/postmortem.md.hbs` is the one of the project. Every variable is known: another one is an error with its file, line and column, and nothing is written. Text is escaped wherever it is printed, so that the page shows the same characters.',
    '## Helpers',
    table(
      ['name', 'gives'],
      Object.entries(HELPERS).map(([name, words]) => [code(name), prose(words)]),
    ),
    'Of Handlebars itself: `if`, `unless`, `each`, `with`, `else`, `../`, `@root`, `@index`, `@first`, `@last`, `@key`. No partials and no other helpers.',
    '## Variables',
    membersTable(postmortemData),
    '## Front matter',
    'What the document begins with. `measured`, `runRefs`, `startedAt`, `endedAt` and `computed` are computed each time it is written; the rest is kept.',
    membersTable(postmortemMatter),
  ])
}

export const DOCUMENT_SCHEMAS = {
  postmortem: { schema: postmortemMatter, summary: 'The front matter of docs/postmortems/<id>.md.' },
  framework: {
    schema: framework,
    summary: 'docs/plan/frameworks/<id>.yaml: which records support which control.',
  },
}
