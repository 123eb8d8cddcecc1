import Link from '@docusaurus/Link'
import Layout from '@theme/Layout'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { measured as measuredTime } from '../../steps/view-words.ts'
import { Main } from '../components/main.tsx'
import { SeverityMark } from '../components/severity.tsx'
import { Table } from '../components/table.tsx'
import type { ActionRow, PostmortemRow, PostmortemsPage, Trend } from '../content/postmortems.ts'

export default function Postmortems({ postmortems }: { postmortems: PostmortemsPage }): ReactNode {
  const { rows, trends, actions } = postmortems
  return (
    <Layout title="Post-mortems" description="What happened, what was measured, what follows.">
      <Main className="page">
        <h1>Post-mortems</h1>
        <p>
          What they are good for as proof: <Link to="/evidence/">evidence</Link>.
        </p>
        {rows.length === 0 ? (
          <p>
            There are none yet. <code>npm run postmortem -- &lt;run&gt;</code> writes one.
          </p>
        ) : (
          <>
            <List rows={rows} />
            <h2 id="actions">Open action items</h2>
            {actions.length === 0 ? <p>There are none.</p> : <Actions actions={actions} />}
            <h2 id="trends">Trends</h2>
            <p className="aside">
              Number, median and spread; kinds are never mixed. What was not measured does not count.
            </p>
            <Trends trends={trends} />
          </>
        )}
      </Main>
    </Layout>
  )
}

const FILTERS = ['kind', 'severity', 'status'] as const
type Filter = Record<(typeof FILTERS)[number], string>

/** Without script every row is there and no filter; with it, the list can be narrowed down. */
function List({ rows }: { rows: PostmortemRow[] }): ReactNode {
  const [filter, setFilter] = useState<Filter>({ kind: '', severity: '', status: '' })
  const shown = rows.filter((row) =>
    FILTERS.every((name) => filter[name] === '' || row[name] === filter[name]),
  )
  return (
    <>
      <form className="filters" aria-label="Narrow the list down">
        {FILTERS.map((name) => (
          <label key={name}>
            {name}{' '}
            <select
              value={filter[name]}
              onChange={({ target }) => setFilter({ ...filter, [name]: target.value })}
            >
              <option value="">any</option>
              {[...new Set(rows.map((row) => row[name]))].sort().map((value) => (
                <option key={value}>{value}</option>
              ))}
            </select>
          </label>
        ))}
        <output>
          {shown.length} of {rows.length}
        </output>
      </form>
      <Table
        head={[
          'Post-mortem',
          'Date',
          'Kind',
          'Severity',
          'Status',
          'RTO actual',
          'Lost writes',
          'Open actions',
        ]}
      >
        {shown.map((row) => (
          <tr key={row.id}>
            <th scope="row">
              <Link to={row.href}>{row.title}</Link>
              <p className="aside">
                {row.owner} · {row.services.join(', ')}
              </p>
            </th>
            <td data-name="Date">{row.date}</td>
            <td data-name="Kind">{row.kind}</td>
            <td data-name="Severity">
              <SeverityMark severity={row.severity} />
            </td>
            <td data-name="Status">
              {row.status.replace('_', ' ')}
              {row.overdue.length > 0 && <strong> ▲ {row.overdue.join(' and ')} overdue</strong>}
            </td>
            <td data-name="RTO actual">{measured(row.rtoMs, measuredTime)}</td>
            <td data-name="Lost writes">{measured(row.lost, String)}</td>
            <td data-name="Open actions">{row.openActions}</td>
          </tr>
        ))}
      </Table>
    </>
  )
}

function Actions({ actions }: { actions: ActionRow[] }): ReactNode {
  return (
    <Table head={['Item', 'Owner', 'Priority', 'Due', 'Age', 'From']}>
      {actions.map((item) => (
        <tr key={`${item.href}${item.title}`}>
          <th scope="row">
            {item.tracker === undefined ? item.title : <a href={item.tracker}>{item.title}</a>}
          </th>
          <td data-name="Owner">{item.owner}</td>
          <td data-name="Priority">{item.priority}</td>
          <td data-name="Due">
            {item.due}
            {item.overdue && <strong> ▲ overdue</strong>}
          </td>
          <td data-name="Age">{item.ageDays} days</td>
          <td data-name="From">
            <Link to={item.href}>{item.report}</Link>
          </td>
        </tr>
      ))}
    </Table>
  )
}

function Trends({ trends }: { trends: Trend[] }): ReactNode {
  return (
    <Table head={['Time', 'Kind', 'n', 'Median', 'From', 'To']}>
      {trends.map(({ kind, name, spread, of }) => (
        <tr key={`${kind}${name}`}>
          <th scope="row">{name}</th>
          <td data-name="Kind">{kind}</td>
          <td data-name="n">
            {spread?.n ?? 0} of {of}
          </td>
          <td data-name="Median">{measured(spread?.median, measuredTime)}</td>
          <td data-name="From">{measured(spread?.least, measuredTime)}</td>
          <td data-name="To">{measured(spread?.most, measuredTime)}</td>
        </tr>
      ))}
    </Table>
  )
}

function measured(value: number | null | undefined, show: (value: number) => string): ReactNode {
  return value == null ? <em>not measured</em> : show(value)
}
