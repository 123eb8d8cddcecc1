/** What every command's exit code means. Documented in docs/reference/exit-codes.md, generated from this table. */
export const EXIT = {
  ok: { code: 0, meaning: 'Everything asked for was done.' },
  failed: { code: 1, meaning: 'The run, or a check, failed.' },
  usage: { code: 2, meaning: 'The command or its input is wrong; nothing was done.' },
  refused: { code: 3, meaning: 'Refused by policy, or a person is needed; nothing was changed.' },
  damaged: { code: 4, meaning: 'A journal is damaged or cannot be written.' },
  interrupted: { code: 130, meaning: 'Interrupted or paused; the run can be resumed.' },
} as const

export type ExitName = keyof typeof EXIT
