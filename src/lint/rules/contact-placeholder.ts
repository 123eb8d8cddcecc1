import type { ContactMethod } from '../../model/contact.ts'
import { contactMethods } from '../methods.ts'
import type { PlanRule } from '../rule.ts'

const NUMBER = /^\+[1-9]\d{7,14}$/
const ADDRESS = /^[^\s@]{2,}@[^\s@.]+(\.[^\s@.]+)+$/
const PLACEHOLDER = /^[[<{(].*[\]>})]$|\b(tbd|todo|tba|xxx+|n\/a|changeme|placeholder|your[ -]\w+)\b/i
/** Ascending, descending, or the same digit again and again. */
const TYPED_AT_RANDOM = /(\d)\1{6}|1234567|7654321/

export const contactPlaceholder: PlanRule = {
  name: 'contact-placeholder',
  level: 'error',
  scope: 'plan',
  summary: 'Every way of reaching someone is a real one: a placeholder is found out when nobody answers.',
  examples: {
    good: [
      {
        title: 'a number in E.164 form and an address',
        in: 'contacts',
        text: `people:
  ana:
    name: Ana
    timeZone: Europe/Lisbon
    methods:
      - { kind: voice, value: "+12065550142", priority: 1 }
      - { kind: email, value: ana@example.com, priority: 2 }`,
      },
    ],
    bad: [
      {
        title: 'what is left of a form',
        in: 'contacts',
        text: `people:
  ana:
    name: Ana
    timeZone: Europe/Lisbon
    methods:
      - { kind: voice, value: "[Contact Information]", priority: 1 }
      - { kind: sms, value: 206-555-0142, priority: 2 }
      - { kind: voice, value: "+11234567890", priority: 3 }
      - { kind: email, value: x@y, priority: 4 }
      - { kind: chat, value: TBD, priority: 5 }`,
        reports: [
          { line: 6, column: 31, message: 'Ana, voice: "[Contact Information]" is a placeholder' },
          {
            line: 7,
            column: 29,
            message: 'Ana, sms: "206-555-0142" is not a number in E.164 form, such as +12065550142',
          },
          { line: 8, column: 31, message: 'Ana, voice: "+11234567890" is not anyone\'s number' },
          { line: 9, column: 31, message: 'Ana, email: "x@y" is not an address' },
          { line: 10, column: 30, message: 'Ana, chat: "TBD" is a placeholder' },
        ],
      },
    ],
  },
  check: (project) =>
    contactMethods(project).flatMap(({ name, method, place }) => {
      const wrong = whatIsWrong(method)
      return wrong === undefined
        ? []
        : [{ ...place('value'), message: `${name}, ${method.kind}: "${method.value}" ${wrong}` }]
    }),
}

function whatIsWrong({ kind, value }: ContactMethod): string | undefined {
  if (value.trim() === '' || PLACEHOLDER.test(value)) return 'is a placeholder'
  if (kind === 'email') return ADDRESS.test(value) ? undefined : 'is not an address'
  if (kind === 'chat') return undefined
  if (!NUMBER.test(value)) return 'is not a number in E.164 form, such as +12065550142'
  return TYPED_AT_RANDOM.test(value) ? "is not anyone's number" : undefined
}
