import type { Plan } from '../../document/plan.ts'
import type { ActionItem } from '../../model/action-item.ts'
import { actionItem, actionPriority, actionType } from '../../model/action-item.ts'
import type { Contacts } from '../../model/contact.ts'
import { isUnwritten } from '../../model/regions.ts'
import type { Region } from '../../model/regions.ts'
import { prose } from '../../reports/escape.ts'
import { endOfQuestions } from '../interruption.ts'
import { prompter } from '../prompter.ts'

/** What only people know. An answer that is left empty stays "to be written". */
const QUESTIONS: [region: string, question: string][] = [
  ['summary', 'What happened, in one sentence?'],
  ['detection', 'How was it noticed, and how could that time be halved?'],
  ['contributing-factors', 'A contributing factor?'],
  ['resolution', 'What ended it?'],
  ['went-well', 'What went well?'],
  ['went-wrong', 'What went wrong?'],
  ['got-lucky', 'Where did we get lucky?'],
  ['open-questions', 'An open question?'],
]

/** What is known so far. Every answer is added at once: whoever leaves a question keeps those before it. */
export type Answers = {
  regions: Region[]
  actions: ActionItem[]
  /** An action item that has only its title yet. */
  begun?: string | undefined
}

let signal: AbortSignal | undefined

/** A terminal that is closed, or a request to end, leaves a question as Ctrl-C does. */
async function leaving(): ReturnType<typeof prompter> {
  signal ??= endOfQuestions()
  return await prompter({ signal })
}

/** Asks for every region that nobody has written yet; several answers to one question become a list. */
export async function askRegions(known: Answers): Promise<void> {
  const prompt = await leaving()
  const written = known.regions.filter(({ text }) => !isUnwritten(text))
  known.regions = written
  for (const [name, message] of QUESTIONS) {
    if (written.some((region) => region.name === name)) continue
    const before = known.regions
    const answers: string[] = []
    for (;;) {
      const { text } = await prompt<{ text: string }>([
        {
          type: 'input',
          name: 'text',
          message: answers.length === 0 ? `${message} (Enter: later)` : 'And? (Enter: that is all)',
        },
      ])
      if (text.trim() === '') break
      answers.push(text.trim())
      known.regions = [...before, { name, text: inOne(answers), line: 0 }]
    }
  }
}

function inOne(answers: readonly string[]): string {
  return answers.length > 1
    ? answers.map((answer) => `- ${prose(answer)}`).join('\n')
    : answers.map(prose).join('')
}

export async function askOwner(contacts: Contacts): Promise<string> {
  const prompt = await leaving()
  const choices = Object.entries(contacts.people).map(([value, { name }]) => ({ name, value }))
  const { owner } = await prompt<{ owner: string }>([
    { type: 'select', name: 'owner', message: 'Who sees this post-mortem through?', choices },
  ])
  return owner
}

export async function askServices(services: Plan['services']): Promise<string[]> {
  const prompt = await leaving()
  const choices = Object.entries(services).map(([value, { title }]) => ({ name: title, value }))
  const { hit } = await prompt<{ hit: string[] }>([
    { type: 'checkbox', name: 'hit', message: 'Which services were hit?', choices, required: true },
  ])
  return hit
}

/** Action items, one after the other, until there is none left. */
export async function askActions(known: Answers, contacts: Contacts, now: Date): Promise<void> {
  const prompt = await leaving()
  const people = Object.entries(contacts.people).map(([value, { name }]) => ({ name, value }))
  for (;;) {
    const { title } = await prompt<{ title: string }>([
      { type: 'input', name: 'title', message: 'An action item, its verb first? (Enter: no more)' },
    ])
    if (title.trim() === '') return
    known.begun = title
    const answers = await prompt<Record<'owner' | 'type' | 'priority' | 'due' | 'doneWhen', string>>([
      { type: 'select', name: 'owner', message: 'Who owns it?', choices: people },
      { type: 'select', name: 'type', message: 'What does it change?', choices: actionType.options },
      { type: 'select', name: 'priority', message: 'How urgent?', choices: actionPriority.options },
      {
        type: 'input',
        name: 'due',
        message: 'Due on (YYYY-MM-DD)?',
        validate: (text: string) =>
          actionItem.shape.due.safeParse(text).success || 'A day such as 2026-12-01 is needed.',
      },
      { type: 'input', name: 'doneWhen', message: 'What can be seen when it is done?', validate: needed },
    ])
    const id = freeId(title, known.actions)
    const opened = now.toISOString().slice(0, 10)
    known.actions = [...known.actions, actionItem.parse({ ...answers, title, id, opened })]
    known.begun = undefined
  }
}

function needed(text: string): boolean | string {
  return text.trim() !== '' || 'Some words are needed.'
}

function freeId(title: string, items: readonly ActionItem[]): string {
  const words = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^[-0-9]+|-+$/g, '')
  const base = words === '' ? 'action' : words
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? base : `${base}-${number}`
    if (!items.some((item) => item.id === id)) return id
  }
}
