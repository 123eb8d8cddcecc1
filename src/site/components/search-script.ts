import type { SearchHit } from '../content/search.ts'

declare global {
  // oxlint-disable-next-line no-var -- only `var` declares a property of globalThis
  var drillbookSearch: Ask | undefined
}

type Ask = (query: string, limit: number) => SearchHit[]

const SCRIPT = '/search.js'
let loading: Promise<Ask> | undefined

/** Library and index, as one script that is loaded once. A failed attempt is made again by the next. */
export function loadSearch(): Promise<Ask> {
  loading ??= new Promise<Ask>((resolve, reject) => {
    const script = document.createElement('script')
    script.src = SCRIPT
    script.addEventListener('load', () => {
      if (globalThis.drillbookSearch) resolve(globalThis.drillbookSearch)
      else reject(new Error('The search could not be started; all runbooks are one table.'))
    })
    script.addEventListener('error', () => {
      loading = undefined
      reject(new Error('The search could not be loaded; all runbooks are one table.'))
    })
    document.head.append(script)
  })
  return loading
}
