import type { ReactNode } from 'react'
import type { Fence, FenceLanguage, FenceRole } from '../../model/runbook.ts'
import { Desk } from '../../steps/view-parts.tsx'
import type { Token } from '../remark/highlight.ts'
import { Code } from './code.tsx'

const ROLE: Record<FenceRole, { label: string; meaning: string }> = {
  check: { label: 'Check', meaning: 'must hold before the step; changes nothing' },
  run: { label: 'Run', meaning: 'what the step does' },
  verify: { label: 'Verify', meaning: 'must become true before the step is done' },
  rollback: { label: 'Rollback', meaning: 'takes it back; only when the run is rolled back' },
}

const LANGUAGE: Record<FenceLanguage, string> = { ts: 'TypeScript (zx)', sh: 'Shell', sql: 'SQL' }

/** A fence as the runner reads it. Open, so that it is there without script, in a search of the page and in print. */
export function FenceView({
  fence,
  tokens,
}: {
  fence: Omit<Fence, 'code'>
  tokens: readonly Token[]
}): ReactNode {
  const { role, lang, bind } = fence
  return (
    <details
      open
      className={`fence fence-${role}`}
      data-role={role}
      data-lang={lang}
      data-bind={bind.join(' ')}
    >
      <summary>
        <Role role={role} />
      </summary>
      <Code tokens={tokens} lang={lang} about={<About fence={fence} />} what={ROLE[role].label} />
      <Desk />
    </details>
  )
}

/** All that is said of a fence, in one line: for pages where nothing opens and nothing is copied. */
export function FenceHead({ fence }: { fence: Omit<Fence, 'code'> }): ReactNode {
  return (
    <p className="fence-head">
      <Role role={fence.role} /> <About fence={fence} />
    </p>
  )
}

function Role({ role }: { role: FenceRole }): ReactNode {
  const { label, meaning } = ROLE[role]
  return (
    <>
      <strong className="fence-role">{label}</strong> <span className="fence-meaning">{meaning}</span>
    </>
  )
}

/** The language, and what the code is given: the script it is from, the database it runs on, the values it is bound to. */
function About({ fence: { lang, script, on, bind } }: { fence: Omit<Fence, 'code'> }): ReactNode {
  return (
    <>
      <span>{LANGUAGE[lang]}</span>
      {script !== undefined && (
        <span>
          from <code>{script}</code>
        </span>
      )}
      {on !== undefined && (
        <span>
          on <code>{on}</code>
        </span>
      )}
      {bind.map((name, position) => (
        <span key={name}>
          <code>${position + 1}</code> is <code>{name}</code>
        </span>
      ))}
    </>
  )
}
