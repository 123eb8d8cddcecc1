import type { ReactNode } from 'react'
import type { Severity } from '../../model/runbook.ts'

const MEANING: Record<Severity, string> = {
  sev1: 'customers cannot work',
  sev2: 'customers are hindered',
  sev3: 'nobody outside notices yet',
  sev4: 'to be done, not urgent',
}

export function SeverityMark({ severity }: { severity: Severity }): ReactNode {
  return (
    <span className={`severity severity-${severity}`} title={MEANING[severity]}>
      {severity.toUpperCase()}
    </span>
  )
}
