import { RATINGS, exerciseMatter, expectAttributes, injectAttributes } from '../../model/exercise.ts'
import { choiceAttributes } from '../../steps/decision/schema.ts'
import { block, code, page, table } from './markdown.ts'
import { membersTable } from './runbook-format.ts'

const EXAMPLE = `<Inject id="first-alert" offset="0s" scenarioTime="2027-03-25T15:04" from="Monitoring" to="On call" method="page" objective="decide">

## Three alerts in one minute

What the players hear.

<Expect task="take-command" step="database-failure#declare">

One person takes command and says so.

</Expect>

<Questions>

- Who is in command?

</Questions>

<Choice value="wait" title="Wait">

Why one would.

</Choice>

<Choice value="act" title="Act now">

Why one would.

</Choice>

<Notes>

For the facilitator only.

</Notes>

</Inject>`

export function exerciseFormat(): string {
  return page('Exercise format', 'The front matter, injects and ratings of a tabletop exercise.', [
    'An exercise is one file `docs/exercises/<id>.mdx`: front matter, prose, and one `<Inject>` for each row of the master scenario events list. Attributes are literals. Nothing in it is executed.',
    block(EXAMPLE, 'mdx'),
    '## Front matter',
    membersTable(exerciseMatter),
    '## `<Inject>`',
    'Its heading is its title; its prose is what the players hear.',
    membersTable(injectAttributes),
    '## `<Expect>`',
    'What the players are expected to do: a sentence, and where it is written down. The facilitator sees it, the players do not.',
    membersTable(expectAttributes),
    '## `<Questions>`',
    'A list, one question an entry. They are on the projector while their inject is discussed.',
    '## `<Choice>`',
    'What the players can decide; later injects depend on it by `when="inject=choice"`.',
    membersTable(choiceAttributes),
    '## `<Notes>`',
    'For the facilitator: in the console only, never on the projector, and on the site only when it is built with `DRILLBOOK_FACILITATOR=1`.',
    '## Ratings',
    table(
      ['rating', 'meaning'],
      Object.entries(RATINGS).map(([letter, meaning]) => [code(letter), meaning]),
    ),
  ])
}
