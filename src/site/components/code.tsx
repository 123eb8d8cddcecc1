import type { ReactNode } from 'react'
import type { Token } from '../remark/highlight.ts'
import { CopyButton } from './copy-button.tsx'

type Props = {
  tokens: readonly Token[]
  lang: string
  /** What is said above the code; by default its language. */
  about?: ReactNode
  /** What the copy button says that it copies. */
  what?: string
}

/** Code, byte for byte. Nothing else may stand in the `code` element: tests and readers take its text as it is. */
export function Code({ tokens, lang, about = lang, what = 'code' }: Props): ReactNode {
  const text = tokens.map(([, piece]) => piece).join('')
  return (
    <div className="code" data-lang={lang}>
      <div className="code-bar">
        {about}
        <CopyButton text={text} what={what} />
      </div>
      <pre>
        <code>
          {tokens.map(([kind, piece], position) =>
            kind === '' ? (
              piece
            ) : (
              // The pieces of a code block never change place.
              <span key={position} className={`tok-${kind}`}>
                {piece}
              </span>
            ),
          )}
        </code>
      </pre>
    </div>
  )
}

/** A script that no step names but one imports. */
export function Imported({
  file,
  tokens,
  lang,
}: {
  file: string
  tokens: readonly Token[]
  lang: string
}): ReactNode {
  return (
    <details open className="imported" data-file={file}>
      <summary>
        <code>{file}</code>
      </summary>
      <Code tokens={tokens} lang={lang} what={file} />
    </details>
  )
}
