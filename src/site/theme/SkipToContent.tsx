import { useLocation } from '@docusaurus/router'
import { useEffect } from 'react'
import type { ReactNode } from 'react'

/** The page before this one. Kept here, because every page mounts its layout anew. */
let shown: string | undefined

/** A plain link, so that it works without script. After going to another page the keyboard is at its content. */
export default function SkipToContent(): ReactNode {
  const { pathname } = useLocation()
  useEffect(() => {
    if (shown !== undefined && shown !== pathname)
      document.getElementById('main')?.focus({ preventScroll: true })
    shown = pathname
  }, [pathname])
  return (
    <a className="skip" href="#main">
      Skip to the content
    </a>
  )
}
