import { formatDuration } from '../model/duration.ts'
import type { Exercise, Inject } from '../model/exercise.ts'
import type { Executable, Runbook } from '../model/runbook.ts'
import { executables } from '../model/runbook.ts'

/** How long a table talks about one step, when nobody planned it. */
const TALK_MS = 5 * 60_000
const OBJECTIVE = 'walk'

/**
 * Any runbook as an exercise: each node an inject with its prose, questions from what the runbook says of it. The scenario clock is the
 * runbook's own estimate. Its fences are not part of it: there is nothing that could be executed.
 */
export function walkOf(runbook: Runbook): Exercise {
  const nodes = executables(runbook.nodes)
  let elapsed = 0
  const injects = nodes.map((node, index) => {
    const inject = injectOf(node, runbook, index * TALK_MS, elapsed)
    elapsed += estimateOf(node) ?? 0
    return inject
  })
  return {
    id: `runbook:${runbook.id}`,
    file: runbook.file,
    title: `${runbook.title}, walked through`,
    summary: runbook.summary,
    type: 'tabletop',
    scope: `The runbook ${runbook.id}, read aloud and discussed step by step.`,
    objectives: [
      {
        id: OBJECTIVE,
        objective: `The people at the table can say, for every step of ${runbook.id}, who does it, how, and what follows when it fails.`,
        capability: 'Operational coordination',
        controls: ['ISO 22301 8.5', 'NIST CSF 2.0 ID.IM-02'],
        tasks: Object.fromEntries(nodes.map((node) => [node.id, node.title])),
      },
    ],
    assumptions: ['The runbook is the one that stands in the repository now.'],
    artificialities: ['Nothing is executed: no command is run and no system is looked at.'],
    roles: { director: [], facilitator: [], evaluator: [], dataCollector: [], player: [], observer: [] },
    absent: [],
    groundRules: ['Say what you would do, not what should be done.'],
    modules: [],
    intro: runbook.intro,
    injects,
    sources: runbook.sources,
    digest: runbook.digest,
  }
}

function injectOf(node: Executable, runbook: Runbook, offsetMs: number, scenarioMs: number): Inject {
  const role = 'role' in node ? node.role : undefined
  return {
    id: node.id,
    title: node.title,
    kind: 'key',
    offsetMs,
    scenarioMs,
    from: `Runbook ${runbook.id}`,
    to: role ?? 'everyone',
    method: 'in-person',
    objective: OBJECTIVE,
    when: node.when,
    text: textOf(node),
    attachments: [],
    expected: [
      {
        text: node.title,
        task: node.id,
        step: { runbook: runbook.id, step: node.id },
        place: node.place,
      },
    ],
    questions: questionsOf(node),
    notes: '',
    choices: node.kind === 'decision' ? node.choices : [],
    place: node.place,
  }
}

function textOf(node: Executable): string {
  const lanes =
    node.kind === 'parallel' ? node.steps.map((step) => `- ${step.title}: ${step.prose}`.trim()) : []
  const text = [node.prose, ...lanes].filter((part) => part !== '').join('\n\n')
  return text === '' ? node.title : text
}

function estimateOf(node: Executable): number | undefined {
  if (node.kind !== 'parallel') return node.expectMs
  const known = node.steps.flatMap(({ expectMs }) => expectMs ?? [])
  return known.length === 0 ? undefined : Math.max(...known)
}

function questionsOf(node: Executable): string[] {
  const role = 'role' in node ? node.role : undefined
  const estimate = estimateOf(node)
  return [
    role === undefined
      ? 'Who does this, and who stands in when that person is away?'
      : `Who has the role ${role} right now, and who stands in when that person is away?`,
    ...(node.kind === 'step' ? stepQuestions(node) : []),
    ...(node.kind === 'decision'
      ? [
          `Which of ${node.choices.map(({ title }) => `"${title}"`).join(', ')} do you choose, and who decides?`,
        ]
      : []),
    ...(node.kind === 'inform'
      ? [`Who writes to the audience "${node.audience}", and how, when mail and chat are down?`]
      : []),
    ...(node.kind === 'parallel' ? ['Who does which of these, and who keeps count?'] : []),
    estimate === undefined
      ? 'How long will this take? Nobody has written down an estimate.'
      : `The estimate is ${formatDuration(estimate)}. What would make it twice as long?`,
  ]
}

function stepQuestions(step: Extract<Executable, { kind: 'step' }>): string[] {
  const has = (role: string): boolean => step.fences.some((fence) => fence.role === role)
  return [
    ...(step.danger === 'destructive'
      ? [
          `This is destructive${step.target === undefined ? '' : ` for ${step.target}`}: what must be true before you begin, and who says so?`,
        ]
      : []),
    ...(step.danger === 'caution' ? ['What could this break, and how would you notice?'] : []),
    ...(step.approvals > 0
      ? [`It needs ${step.approvals} other to approve: who, and how do you reach them?`]
      : []),
    has('run')
      ? 'The command fails: what do you do next?'
      : 'This is done by hand: which access does it need, and who has it?',
    has('verify')
      ? 'How do you know that it worked, besides what the program says?'
      : 'Nothing verifies this: how do you know that it worked?',
    ...(step.danger !== 'safe' && !has('rollback')
      ? ['There is no way back: when do you stop before it?']
      : []),
  ]
}
