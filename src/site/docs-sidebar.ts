import type { Options } from '@docusaurus/plugin-content-docs'

type Generator = NonNullable<Options['sidebarItemsGenerator']>
type Item = Awaited<ReturnType<Generator>>[number]

/** The order in which a newcomer needs them; what is not named comes after, by name. */
const ORDER = [
  'index',
  'plan',
  'guide',
  'architecture',
  'journal-format',
  'incident-format',
  'exercise-journal',
  'reference',
  'decisions',
]

/** The pages of docs/, one group a folder. A new page or folder shows up by itself. */
export const docsSidebar: Generator = async ({ defaultSidebarItemsGenerator, ...args }) => {
  const items = await defaultSidebarItemsGenerator(args)
  return items.toSorted((a, b) => rank(a) - rank(b)).map(named)
}

function rank(item: Item): number {
  const position = ORDER.indexOf(nameOf(item))
  return position === -1 ? ORDER.length : position
}

function nameOf(item: Item): string {
  if (item.type === 'category') return item.label
  return item.type === 'doc' || item.type === 'ref' ? item.id : ''
}

/** A folder is named in lower case, a group of pages is not. */
function named(item: Item): Item {
  if (item.type !== 'category') return item
  return { ...item, label: item.label.charAt(0).toUpperCase() + item.label.slice(1) }
}
