import Link from '@docusaurus/Link'
import type { ReactNode } from 'react'
import { Stale } from '../components/age.tsx'
import { Search } from '../components/search.tsx'

const PLACES = [
  { to: '/', label: 'What is broken?', exact: true },
  { to: '/runbooks/', label: 'Runbooks' },
  { to: '/services/', label: 'Services' },
  { to: '/contacts/', label: 'Contacts' },
  { to: '/drills/', label: 'Drills' },
  { to: '/postmortems/', label: 'Post-mortems' },
  { to: '/exercises/', label: 'Exercises' },
  { to: '/docs/', label: 'Docs' },
]

/** A row of links that wraps: nothing to open, so it works at any width and without script. */
export default function Navbar(): ReactNode {
  return (
    <header>
      <Stale />
      <div className="bar">
        <span className="brand">Drillbook</span>
        <nav aria-label="Main">
          {PLACES.map(({ to, label, exact }) => (
            <Link key={to} to={to} isNavLink exact={exact ?? false} activeClassName="here">
              {label}
            </Link>
          ))}
        </nav>
        <Search />
      </div>
    </header>
  )
}
