import siteConfig from '@generated/docusaurus.config'

// A development server has no worker: what it serves changes with every key press.
if (
  process.env['NODE_ENV'] === 'production' &&
  typeof navigator !== 'undefined' &&
  'serviceWorker' in navigator
)
  navigator.serviceWorker
    .register(`${siteConfig.baseUrl}sw.js`, { updateViaCache: 'none' })
    .catch((error: unknown) =>
      console.warn('no copy of these pages is kept for when the server is gone:', error),
    )
