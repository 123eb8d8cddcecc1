import { createRoot } from 'react-dom/client'
import RunViewer from './run-viewer.tsx'
import type { Catalog } from './story.ts'

declare global {
  interface Window {
    /** Written into the page when it is built. */
    drillbookCatalog?: Catalog
  }
}

/** The viewer as a file of its own, for a machine without the site. */
const place = document.getElementById('viewer')
if (place) createRoot(place).render(<RunViewer catalog={window.drillbookCatalog ?? {}} published={{}} />)
