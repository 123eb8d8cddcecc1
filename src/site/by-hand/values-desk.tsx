import { useId } from 'react'
import type { ReactNode } from 'react'
import type { Card, ShownInput } from '../content/card.ts'
import { CopyButton } from '../components/copy-button.tsx'
import type { PageFence } from './page-nodes.ts'
import { commandWith, complaint, forFence, knownValues, valueOf } from './values.ts'
import type { Values } from './values.ts'

type Props = { card: Card; values: Values; onChange: (name: string, value: string) => void }

/** The inputs of the runbook, to be seen beside the commands. They live as long as the page. */
export function ValuesDesk({ card, values, onChange }: Props): ReactNode {
  if (card.inputs.length === 0) return null
  const known = knownValues(card.inputs, values)
  const typed = card.inputs.some(({ name }) => values[name] !== undefined)
  return (
    <details className="values">
      <summary>
        Your values <span className="aside">shown beside the commands; saved nowhere</span>
      </summary>
      <form autoComplete="off" onSubmit={(event) => event.preventDefault()}>
        {card.inputs.map((input) =>
          input.type === 'secret' ? (
            <p key={input.name} className="aside">
              <code>{input.name}</code> is a secret: the terminal asks for it, a page never does.
            </p>
          ) : (
            <Field key={input.name} input={input} values={values} onChange={onChange} />
          ),
        )}
      </form>
      {typed && known.length > 0 && (
        <div className="begin">
          <span className="begin-words">Run it with them</span>
          <code>{commandWith(card.id, known)}</code>
          <CopyButton text={commandWith(card.id, known)} what="the command with your values" />
        </div>
      )}
      <p className="aside">
        They are gone when this page is closed or loaded again. What is copied from a command is the command
        alone.
      </p>
    </details>
  )
}

function Field({ input, values, onChange }: { input: ShownInput } & Omit<Props, 'card'>): ReactNode {
  const id = useId()
  const value = valueOf(input, values) ?? ''
  const wrong = complaint(input, valueOf(input, values))
  const choices = input.choices ?? (input.type === 'boolean' ? ['true', 'false'] : undefined)
  const shared = {
    id,
    value,
    'aria-invalid': wrong !== undefined,
    'aria-describedby': `${id}-wrong`,
    onChange: ({ target }: { target: { value: string } }) => onChange(input.name, target.value),
  }
  return (
    <p className="field">
      <label htmlFor={id}>
        {input.prompt} <code>{input.name}</code>
      </label>
      {choices ? (
        <select {...shared}>
          {!choices.includes(value) && <option value="" />}
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      ) : (
        <input {...shared} inputMode={input.type === 'number' ? 'decimal' : 'text'} spellCheck={false} />
      )}
      <span id={`${id}-wrong`} className="warning" aria-live="polite">
        {wrong === undefined ? '' : `▲ ${wrong}`}
      </span>
    </p>
  )
}

/** Beside a fence: the values it reads. The text of the fence, and what its own button copies, stay as they are. */
export function FenceValues({
  fence,
  inputs,
  values,
}: {
  fence: PageFence
  inputs: readonly ShownInput[]
  values: Values
}): ReactNode {
  const { lines, shell } = forFence(fence, knownValues(inputs, values))
  if (lines.length === 0) return null
  return (
    <div className="fence-values">
      <span className="aside">{shell === undefined ? 'With your values' : 'Your values, for the shell'}</span>
      <pre>{lines.join('\n')}</pre>
      {shell !== undefined && (
        <CopyButton text={shell} label="Copy with your values" what="assignments, then the command" />
      )}
    </div>
  )
}
