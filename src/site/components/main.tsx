import type { ReactNode } from 'react'

/** The content of a page; the skip link leads here, with script and without. */
export function Main({ className, children }: { className: string; children: ReactNode }): ReactNode {
  return (
    <main id="main" tabIndex={-1} className={className}>
      {children}
    </main>
  )
}
