import Link from '@docusaurus/Link'
import type { ReactNode } from 'react'
import { Main } from '../../components/main.tsx'

export default function NotFoundContent(): ReactNode {
  return (
    <Main className="page">
      <h1>There is no such page</h1>
      <p>
        The address is wrong, or the runbook was renamed. <Link to="/">What is broken?</Link> leads to every
        runbook by alert and by service; <Link to="/runbooks/">all runbooks</Link> are in one table.
      </p>
    </Main>
  )
}
