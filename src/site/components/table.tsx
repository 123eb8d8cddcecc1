import type { ReactNode } from 'react'

/** A table whose rows become blocks on a narrow screen; its cells carry their column's name in `data-name`. */
export function Table({ head, children }: { head: readonly string[]; children: ReactNode }): ReactNode {
  return (
    <table className="stacking">
      <thead>
        <tr>
          {head.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  )
}
