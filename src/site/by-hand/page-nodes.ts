/** The nodes of the runbook on this page, as the page itself says: the markup is the one source for scripts too. */

export type PageNode = {
  id: string
  number: string
  title: string
  kind: string
  /** Every one must be met: `decision=choice`. */
  when: { decision: string; choice: string }[]
  section: HTMLElement
  /** Where controls go; none for a node that only holds others. */
  desk: Element | undefined
}

export type PageChoice = { decision: string; value: string; title: string; block: HTMLElement; desk: Element }

export type PageFence = { lang: string; bind: string[]; code: string; desk: Element }

export function readNodes(): PageNode[] {
  return [...document.querySelectorAll<HTMLElement>('[data-node]')].map((section) => ({
    id: section.dataset['node'] ?? '',
    number: section.dataset['number'] ?? '',
    title: titleOf(section),
    kind: section.dataset['kind'] ?? '',
    when: (section.dataset['when'] ?? '').split(' ').flatMap(conditionOf),
    section,
    desk: section.querySelector(':scope > .desk') ?? undefined,
  }))
}

export function readChoices(): PageChoice[] {
  return [...document.querySelectorAll<HTMLElement>('[data-choice]')].flatMap((block) => {
    const desk = block.querySelector(':scope > .desk')
    const decision = block.closest<HTMLElement>('[data-node]')?.dataset['node']
    const value = block.dataset['choice']
    if (!desk || decision === undefined || value === undefined) return []
    const title = block.querySelector('.choice-title strong')?.textContent ?? value
    return [{ decision, value, title, block, desk }]
  })
}

export function readFences(): PageFence[] {
  return [...document.querySelectorAll<HTMLElement>('.fence')].flatMap((fence) => {
    const desk = fence.querySelector(':scope > .desk')
    const code = fence.querySelector('pre code')?.textContent
    if (!desk || code === undefined || code === null) return []
    const bind = (fence.dataset['bind'] ?? '').split(' ').filter((name) => name !== '')
    return [{ lang: fence.dataset['lang'] ?? '', bind, code, desk }]
  })
}

/** Brings reader and keyboard to a node. */
export function goTo({ id }: PageNode): void {
  const heading = document.getElementById(id)
  if (!heading) return
  window.history.replaceState(window.history.state, '', `#${id}`)
  heading.tabIndex = -1
  heading.focus({ preventScroll: true })
  heading.scrollIntoView()
}

/** What somebody reads as the title: no number, no badge, no sign of a link. */
function titleOf(section: HTMLElement): string {
  const heading = section.querySelector('h2, h3, h4')?.cloneNode(true)
  if (!(heading instanceof HTMLElement)) return ''
  for (const extra of heading.querySelectorAll('.number, .badge, .hash-link')) extra.remove()
  return (heading.textContent ?? '').replaceAll('\u200B', '').trim()
}

function conditionOf(text: string): { decision: string; choice: string }[] {
  const at = text.indexOf('=')
  return at === -1 ? [] : [{ decision: text.slice(0, at), choice: text.slice(at + 1) }]
}
