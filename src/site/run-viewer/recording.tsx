import { useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'

/** A recorded terminal, replayed. The player is loaded when somebody asks for it; it is our own copy. */
export function Recording({ name, cast }: { name: string; cast: Blob }): ReactNode {
  const [asked, setAsked] = useState(false)
  const [problem, setProblem] = useState('')
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!asked || !place.current) return undefined
    const element = place.current
    let dispose: (() => void) | undefined
    let left = false
    const start = async (): Promise<void> => {
      const [{ create }, { playerCss }, text] = await Promise.all([
        import('asciinema-player'),
        import('./player-css.ts'),
        cast.text(),
      ])
      if (left) return
      await addStyle(playerCss)
      const player = create({ data: text }, element, { fit: 'width', idleTimeLimit: 2, autoPlay: true })
      dispose = () => player.dispose()
    }
    start().catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)))
    return () => {
      left = true
      dispose?.()
    }
  }, [asked, cast])
  return (
    <div className="recording">
      {!asked && (
        <button type="button" onClick={() => setAsked(true)}>
          Replay {name}
        </button>
      )}
      <div ref={place} />
      {problem !== '' && <p className="warning">▲ The recording cannot be replayed: {problem}</p>}
    </div>
  )
}

/** A sheet of its own and no element: nothing that a policy against inline styles would refuse. */
async function addStyle(css: string): Promise<void> {
  const sheet = await new CSSStyleSheet().replace(css)
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
}
