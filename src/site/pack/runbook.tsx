import path from 'node:path'
import type { ReactNode } from 'react'
import { visit } from 'unist-util-visit'
import type { Fence } from '../../model/runbook.ts'
import { ChoiceView, DecisionFacts, DecisionView } from '../../steps/decision/view.tsx'
import { InformFacts, InformView } from '../../steps/inform/view.tsx'
import { ParallelFacts, ParallelView } from '../../steps/parallel/view.tsx'
import { StepFacts, StepView } from '../../steps/step/view.tsx'
import { UseFacts, UseView, UsedView } from '../../steps/use/view.tsx'
import { planned } from '../../steps/view-words.ts'
import { Policies } from '../components/escalation.tsx'
import { AgainstObjective, EstimateText, MeasuredNote, MeasuredTime } from '../components/figures.tsx'
import { FenceHead } from '../components/fence.tsx'
import { Methods } from '../components/reach.tsx'
import { SeverityMark } from '../components/severity.tsx'
import type { Card } from '../content/card.ts'
import type { ShownPerson } from '../content/people.ts'
import { runbookHref } from '../content/runbooks.ts'
import type { Token } from '../remark/highlight.ts'
import type { PackRunbook } from './content.ts'
import { CONTACTS, runbookPlace } from './places.ts'
import { Prose } from './prose.tsx'
import type { Components, Page } from './prose.tsx'

/** The page of a runbook: the site's views without what needs a script. `up` is the way to the folder of the pack. */
export function RunbookBody({
  shown: { runbook, index, children, callees, policies },
  up,
  known,
}: {
  shown: PackRunbook
  up: string
  known: ReadonlySet<string>
}): ReactNode {
  const definitions = new Map<string, string>()
  for (const child of children)
    visit(child, 'definition', ({ identifier, url }) => void definitions.set(identifier, url))
  const page: Page = { components: components(up), linkTo: linker(runbook.file, up, known), definitions }
  return (
    <>
      <Prose page={page}>{children.filter(isCard)}</Prose>
      <nav className="contents" aria-label={`Steps of ${runbook.title}`}>
        <ol>
          {[...index.links.values()].map(({ id, number, title }) => (
            <li key={id} data-level={number.split('.').length}>
              {number} <a href={`#${id}`}>{title}</a>
            </li>
          ))}
        </ol>
      </nav>
      <Callees callees={callees} />
      <Policies policies={policies} contacts={`${up}${CONTACTS}`} />
      <Prose page={page}>{children.filter((child) => !isCard(child))}</Prose>
    </>
  )
}

function isCard(node: PackRunbook['children'][number]): boolean {
  return node.type === 'mdxJsxFlowElement' && node.name === 'RunbookCard'
}

function components(up: string): Components {
  return {
    RunbookCard: CardView,
    Code: Block,
    Imported: ({ file, tokens }: { file: string; tokens: Token[] }) => (
      <section className="imported" data-file={file}>
        <h3>
          <code>{file}</code>
        </h3>
        <Block tokens={tokens} />
      </section>
    ),
    Fence: FenceBlock,
    Step: StepView,
    StepFacts,
    Decision: DecisionView,
    DecisionFacts,
    Choice: ChoiceView,
    Parallel: ParallelView,
    ParallelFacts,
    Lanes: ({ children }: { children: ReactNode }) => <div className="lanes">{children}</div>,
    Inform: InformView,
    InformFacts,
    Use: UseView,
    Used: UsedView,
    UseFacts: ({ shown }: Parameters<typeof UseFacts>[0]) => (
      <UseFacts shown={{ ...shown, href: `${up}${runbookPlace(shown.runbook)}` }} />
    ),
  }
}

/** Code without colours: half the bytes, and paper has none. */
function Block({ tokens }: { tokens: readonly Token[] }): ReactNode {
  return (
    <pre>
      <code>{tokens.map(([, text]) => text).join('')}</code>
    </pre>
  )
}

function FenceBlock({ fence, tokens }: { fence: Omit<Fence, 'code'>; tokens: readonly Token[] }): ReactNode {
  return (
    <div className={`fence fence-${fence.role}`} data-role={fence.role} data-lang={fence.lang}>
      <FenceHead fence={fence} />
      <Block tokens={tokens} />
    </div>
  )
}

function CardView({ card }: { card: Card }): ReactNode {
  const { service, objective, measured, triggers, requires } = card
  return (
    <>
      <p className="summary">{card.summary}</p>
      <p className="begin">
        <span>Run it</span> <code>npm run runbook {card.id}</code>{' '}
        <span>or do every step below by hand.</span>
      </p>
      <dl className="card-facts">
        <Row name="Severity">
          <SeverityMark severity={card.severity} />
        </Row>
        <Row name="Service">
          {service.title}
          {service.tier !== undefined && `, tier ${service.tier}`}
          {service.owner !== undefined && `, owned by ${service.owner}`}
        </Row>
        {triggers.length > 0 && <Row name="Triggers">{triggers.join(', ')}</Row>}
        <Row name="RTO">
          {objective ? planned(objective.rtoMs) : 'no'} objective · <MeasuredTime ms={measured?.rtoMs} />
        </Row>
        <Row name="RPO">
          {objective ? planned(objective.rpoMs) : 'no'} objective · <MeasuredTime ms={measured?.rpoMs} />
        </Row>
        {measured && (
          <Row name="Last drill">
            <MeasuredNote measured={measured} />
          </Row>
        )}
        <Row name="Estimate">
          <EstimateText estimate={card.estimate} />{' '}
          {objective && <AgainstObjective estimate={card.estimate} objective={objective} />}
        </Row>
        {requires.length > 0 && (
          <Row name="Needs">
            {requires
              .map(({ program, version }) => (version === undefined ? program : `${program} ≥ ${version}`))
              .join(', ')}
          </Row>
        )}
        <Row name="This version">
          <code>{card.digest}</code> of {card.file}
        </Row>
      </dl>
      <Inputs inputs={card.inputs} />
    </>
  )
}

/** What the program would ask for; on paper, a line to write it on. A secret is not to be written down. */
function Inputs({ inputs }: { inputs: Card['inputs'] }): ReactNode {
  if (inputs.length === 0) return null
  return (
    <section className="inputs">
      <h2>What you are asked</h2>
      <ul>
        {inputs.map(({ name, prompt, type, choices, default: preset }) => (
          <li key={name}>
            {prompt} <code>{name}</code>
            {choices && <> (one of {choices.join(', ')})</>}
            {preset !== undefined && <> (default {preset})</>}:{' '}
            {type === 'secret' ? 'secret, do not write it here' : <span className="blank" />}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Callees({ callees }: { callees: PackRunbook['callees'] }): ReactNode {
  return (
    <section className="who">
      <h2>Who to call</h2>
      {callees.map(({ role, people }) => (
        <section key={role}>
          <h3>{role}</h3>
          {people.length === 0 && <p className="warning">▲ Nobody has this role.</p>}
          <div className="people">
            {people.map((person) => (
              <Person key={person.id} person={person} />
            ))}
          </div>
        </section>
      ))}
    </section>
  )
}

function Person({ person }: { person: ShownPerson }): ReactNode {
  return (
    <div className="person">
      <p>
        {person.name}
        {person.title !== undefined && <span className="aside"> {person.title}</span>}
      </p>
      <Methods methods={person.methods} />
      {person.withheld > 0 && (
        <p className="aside">{person.withheld} ways to reach them are not on this page.</p>
      )}
    </div>
  )
}

export function Row({ name, children }: { name: string; children: ReactNode }): ReactNode {
  return (
    <div className="card-row">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** Other runbooks are in the pack, the rest of the site is not. */
function linker(file: string, up: string, known: ReadonlySet<string>): Page['linkTo'] {
  return (url) => {
    if (/^(#|mailto:|tel:|sms:)/.test(url)) return url
    const [target = '', anchor] = url.split('#')
    const id = runbookIn(target, file)
    if (id === undefined || !known.has(id)) return undefined
    return `${up}${runbookPlace(id)}${anchor === undefined ? '' : `#${anchor}`}`
  }
}

/** The runbook that a link names, as a file beside this one or as a page of the site. */
function runbookIn(target: string, file: string): string | undefined {
  if (target.startsWith(runbookHref('').slice(0, -1)))
    return target.slice('/runbooks/'.length).replace(/\/$/, '')
  const beside = path.posix.join(path.posix.dirname(file), target)
  return /^runbooks\/(.+)\.mdx$/.exec(beside)?.[1]
}
