import Admonition from '@theme/Admonition'
import Heading from '@theme/Heading'
import A from '@theme/MDXComponents/A'
import Img from '@theme/MDXComponents/Img'
import type { MDXProvider } from '@mdx-js/react'
import type { ComponentProps, ReactNode } from 'react'
import { ChoiceView, DecisionFacts, DecisionView } from '../../steps/decision/view.tsx'
import { InformFacts, InformView } from '../../steps/inform/view.tsx'
import { ParallelFacts, ParallelView } from '../../steps/parallel/view.tsx'
import { StepFacts, StepView } from '../../steps/step/view.tsx'
import { UseFacts, UseView, UsedView } from '../../steps/use/view.tsx'
import { Code, Imported } from '../components/code.tsx'
import { ExerciseRoles, InjectView, Objectives, OpenGaps, Spoilers } from '../components/exercise.tsx'
import { FenceView } from '../components/fence.tsx'
import { RunbookCard } from '../components/runbook-card.tsx'

type HeadingProps = Omit<ComponentProps<typeof Heading>, 'as'>

/** What the generated elements of a page are. Code is always a `Code`, so the code block of the base theme is not loaded. */
const components: ComponentProps<typeof MDXProvider>['components'] = {
  a: Anchor,
  img: Img,
  h1: (props: HeadingProps) => <Heading as="h1" {...props} />,
  h2: (props: HeadingProps) => <Heading as="h2" {...props} />,
  h3: (props: HeadingProps) => <Heading as="h3" {...props} />,
  h4: (props: HeadingProps) => <Heading as="h4" {...props} />,
  h5: (props: HeadingProps) => <Heading as="h5" {...props} />,
  h6: (props: HeadingProps) => <Heading as="h6" {...props} />,
  table: Table,
  admonition: Admonition,
  RunbookCard,
  ExerciseRoles,
  InjectView,
  Objectives,
  OpenGaps,
  Spoilers,
  Code,
  Imported,
  Fence: FenceView,
  Step: StepView,
  StepFacts,
  Decision: DecisionView,
  DecisionFacts,
  Choice: ChoiceView,
  Parallel: ParallelView,
  ParallelFacts,
  Lanes,
  Inform: InformView,
  InformFacts,
  Use: UseView,
  UseFacts,
  Used: UsedView,
}

export default components

function Lanes({ children }: { children: ReactNode }): ReactNode {
  return <div className="lanes">{children}</div>
}

/** A link to a file of the repository, which Docusaurus marks as none to check, is no page: a slash behind its address leads nowhere. */
function Anchor({ href, ...props }: ComponentProps<typeof A>): ReactNode {
  const isFile = 'data-noBrokenLinkCheck' in props && href !== undefined
  return <A {...props} {...(href === undefined ? {} : { href: isFile ? `pathname://${href}` : href })} />
}

/** A table that is wider than the page scrolls by itself; the page never does. */
function Table(props: ComponentProps<'table'>): ReactNode {
  return (
    // A keyboard has to be able to scroll it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="table-frame" tabIndex={0} role="group" aria-label="Table">
      <table {...props} />
    </div>
  )
}
