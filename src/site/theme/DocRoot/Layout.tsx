import { useDocsSidebar } from '@docusaurus/plugin-content-docs/client'
import DocSidebarItems from '@theme/DocSidebarItems'
import type { Props } from '@theme/DocRoot/Layout'
import { useLocation } from '@docusaurus/router'
import type { ReactNode } from 'react'

/** The pages of the section, beside the text or, on a narrow screen, folded above it. No script is needed for either. */
export default function DocRootLayout({ children }: Props): ReactNode {
  const sidebar = useDocsSidebar()
  const { pathname } = useLocation()
  if (!sidebar) return <>{children}</>
  const list = (
    <ul className="section-list">
      <DocSidebarItems items={sidebar.items} activePath={pathname} level={1} />
    </ul>
  )
  return (
    <div className="section">
      <nav className="section-nav wide-only" aria-label="Pages of this section">
        {list}
      </nav>
      <details className="section-fold narrow-only">
        <summary>Pages of this section</summary>
        <nav aria-label="Pages of this section">{list}</nav>
      </details>
      {children}
    </div>
  )
}
