import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Styles text for a stream; styleText honours NO_COLOR and streams that are not terminals. */
export function painter(stream: NodeJS.WriteStream): (style: Style, text: string) => string {
  return (style, text) => styleText(style, text, { stream, validateStream: true })
}
export type Paint = ReturnType<typeof painter>
