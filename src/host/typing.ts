import { MIN_SECRET_LENGTH } from '../model/secret.ts'

/**
 * What a person is typing at a prompt. Each key draws the line anew, so that a recording would hold every beginning of a secret that is
 * typed, and none of them is the secret: what is not finished yet is recorded as dots. Less than any secret is recorded as it is.
 */
let typed = ''

/** Told before a prompt is drawn; an empty text when it has its answer. */
export function typing(text: string): void {
  typed = text
}

/** The answer to a prompt that tells what is typed; nothing is being typed afterwards, however it ended. */
export async function whileTyping<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } finally {
    typed = ''
  }
}

/** What is written to the terminal, with dots for what is being typed; long lines are broken in it. */
export function withoutTyped(text: string): string {
  if (typed.length < MIN_SECRET_LENGTH) return text
  const characters = Array.from(typed, (character) => character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
  // The last one is it: the question may hold the same word.
  const last = [...text.matchAll(new RegExp(characters.join('[\\r\\n]*'), 'gu'))].at(-1)
  if (!last) return text
  const [shown] = last
  const dots = shown.replace(/[^\r\n]/gu, '·')
  return text.slice(0, last.index) + dots + text.slice(last.index + shown.length)
}
