import { contactMethods } from '../methods.ts'
import type { PlanRule } from '../rule.ts'

const DAY_MS = 86_400_000
const MAX_AGE_DAYS = 90

export const contactUnverified: PlanRule = {
  name: 'contact-unverified',
  level: 'warning',
  scope: 'plan',
  summary: `Someone was reached by every method within the last ${MAX_AGE_DAYS} days.`,
  examples: {
    good: [
      {
        title: 'verified last month',
        in: 'contacts',
        text: `people:
  ana:
    name: Ana
    timeZone: Europe/Lisbon
    methods:
      - { kind: voice, value: "+12065550142", priority: 1, verifiedAt: 2026-10-20, verifiedBy: ana }`,
      },
    ],
    bad: [
      {
        title: 'never, long ago, and in the future',
        in: 'contacts',
        text: `people:
  ana:
    name: Ana
    timeZone: Europe/Lisbon
    methods:
      - { kind: voice, value: "+12065550142", priority: 1 }
      - { kind: sms, value: "+12065550142", priority: 2, verifiedAt: 2026-05-01 }
      - { kind: chat, value: "@ana", priority: 3, verifiedAt: 2027-05-01 }`,
        reports: [
          { line: 6, column: 9, message: 'Ana, voice: nobody ever verified that this works' },
          { line: 7, column: 70, message: 'Ana, sms: last verified on 2026-05-01, 204 days ago' },
          { line: 8, column: 63, message: 'Ana, chat: verified on 2027-05-01, a day that has not come yet' },
        ],
      },
    ],
  },
  check: (project) =>
    contactMethods(project).flatMap(({ name, method, place }) => {
      const wrong = whatIsWrong(method.verifiedAt, project.now)
      return wrong === undefined
        ? []
        : [
            {
              ...place('verifiedAt'),
              message: `${name}, ${method.kind}: ${wrong}`,
              hint: 'Reach them this way once, and write the day and your id into verifiedAt and verifiedBy.',
            },
          ]
    }),
}

function whatIsWrong(verifiedAt: string | undefined, now: Date): string | undefined {
  if (verifiedAt === undefined) return 'nobody ever verified that this works'
  const days = Math.floor((now.getTime() - Date.parse(verifiedAt)) / DAY_MS)
  // A day may have begun in another time zone before it begins here.
  if (days < -1) return `verified on ${verifiedAt}, a day that has not come yet`
  return days > MAX_AGE_DAYS ? `last verified on ${verifiedAt}, ${days} days ago` : undefined
}
