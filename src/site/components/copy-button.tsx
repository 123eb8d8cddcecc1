import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'

type State = 'ready' | 'copied' | 'failed'
const LABEL: Record<Exclude<State, 'ready'>, string> = {
  copied: 'Copied',
  failed: 'Select it and press Ctrl+C',
}

/** Puts exactly `text` on the clipboard. Without script there is no button: the stylesheet shows it once there is. */
export function CopyButton({
  text,
  what,
  label = 'Copy',
}: {
  text: string
  what: string
  label?: string
}): ReactNode {
  const [state, setState] = useState<State>('ready')
  useEffect(() => {
    if (state === 'ready') return undefined
    const timer = setTimeout(() => setState('ready'), 2500)
    return () => clearTimeout(timer)
  }, [state])
  const copy = (): void => {
    copyText(text).then(
      () => setState('copied'),
      () => setState('failed'),
    )
  }
  return (
    <button type="button" className="copy" data-state={state} onClick={copy}>
      <span aria-live="polite">{state === 'ready' ? label : LABEL[state]}</span>
      <span className="unseen"> {what}</span>
    </button>
  )
}

/** The clipboard of a page that is not served over HTTPS can only be reached through a copy event. */
async function copyText(text: string): Promise<void> {
  if (window.isSecureContext) {
    await navigator.clipboard.writeText(text)
    return
  }
  const put = (event: ClipboardEvent): void => {
    event.clipboardData?.setData('text/plain', text)
    event.preventDefault()
  }
  document.addEventListener('copy', put, { once: true })
  const copied = document.execCommand('copy')
  document.removeEventListener('copy', put)
  if (!copied) throw new Error('the browser refused')
}
