import Layout from '@theme/Layout'
import type { ReactNode } from 'react'
import { Main } from '../components/main.tsx'
import type { EvidencePage, FrameworkView } from '../content/evidence.ts'

export default function Evidence({ evidence }: { evidence: EvidencePage }): ReactNode {
  const { frameworks, computedAt, from } = evidence
  return (
    <Layout
      title="Evidence"
      description="Which records support which control, how old they are, what is missing."
    >
      <Main className="page">
        <h1>Evidence</h1>
        <p>
          Which records support which control, from {from} to {computedAt}, as this repository holds them. A
          record supports a control; whether that is enough is for an auditor to judge.{' '}
          <code>npm run evidence</code> bundles them, with the journals and a verifier that needs no network.
        </p>
        {frameworks.length === 0 && <p>There is no map of a framework in docs/plan/frameworks.</p>}
        {frameworks.length > 0 && (
          <ul className="frameworks">
            {frameworks.map(({ id, title, controls }) => (
              <li key={id}>
                <a href={`#${id}`}>{title}</a>: {controls.filter(({ gaps }) => gaps === 0).length} of{' '}
                {controls.length} controls without a gap
              </li>
            ))}
          </ul>
        )}
        {frameworks.map((framework) => (
          <Framework key={framework.id} framework={framework} />
        ))}
      </Main>
    </Layout>
  )
}

function Framework({ framework }: { framework: FrameworkView }): ReactNode {
  const { id, title, version, url, asOf, controls } = framework
  return (
    <section>
      <h2 id={id}>{title}</h2>
      <p className="aside">
        {version}. This map was written down on {asOf}; compare it with <a href={url}>the text</a> before you
        rely on it.
      </p>
      <table className="stacking">
        <thead>
          <tr>
            {['Control', 'Supported by', 'Records', 'Age', 'Gap'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {controls.flatMap((control) =>
            control.support.map((support, index) => (
              <tr key={`${control.id}${support.kind}`}>
                <th scope="row">
                  {control.id}
                  {index === 0 && <p className="aside">{control.title}</p>}
                </th>
                <td data-name="Supported by">{support.what}</td>
                <td data-name="Records">
                  {support.count}
                  {support.newest !== undefined && <p className="aside">{support.newest.title}</p>}
                </td>
                <td data-name="Age">{support.ageDays === undefined ? '—' : `${support.ageDays} days`}</td>
                <td data-name="Gap">
                  {support.gap === undefined ? 'none' : <strong>▲ {support.gap}</strong>}
                </td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </section>
  )
}
