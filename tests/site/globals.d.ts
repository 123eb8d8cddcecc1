/** Put into a page by the tests. */
declare var axe: typeof import('axe-core')
