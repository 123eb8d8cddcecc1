import type { Root } from 'mdast'
import { visit } from 'unist-util-visit'

const JOURNAL = /^\.\/journals\/([^/]+)\/journal\.ndjson(#L\d+)?$/

/** A file leads to the line of a journal beside it; on the site, to the page that shows that line. */
export function journalLinks(tree: Root): void {
  visit(tree, 'link', (link) => {
    const [, id, line = ''] = JOURNAL.exec(link.url) ?? []
    if (id !== undefined) link.url = `/postmortems/journals/${id}/${line}`
  })
}
