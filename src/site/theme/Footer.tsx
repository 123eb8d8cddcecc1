import type { ReactNode } from 'react'
import { useBuild } from '../components/age.tsx'

/** What this copy of the pages is, and until when it may be trusted. */
export default function Footer(): ReactNode {
  const { builtAt, commit, age, validUntil, audience } = useBuild()
  return (
    <footer className="foot">
      <p>
        Built {builtAt} from <code>{commit}</code>
        {age !== undefined && ` (${age === 0 ? 'today' : `${age} days ago`})`} · valid until {validUntil} ·{' '}
        {audience} build
      </p>
      <p>The runner executes exactly what these pages show: both are read from the same files.</p>
    </footer>
  )
}
