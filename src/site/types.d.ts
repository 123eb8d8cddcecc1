/// <reference types="@docusaurus/module-type-aliases" />
/// <reference types="@docusaurus/theme-classic" />
/// <reference types="@docusaurus/plugin-content-docs" />

// As much of react-dom as the pages use; its types are a package of their own.
declare module 'react-dom' {
  export function createPortal(
    children: import('react').ReactNode,
    container: Element,
  ): import('react').ReactPortal
}
declare module 'react-dom/client' {
  export function createRoot(container: Element): { render: (children: import('react').ReactNode) => void }
}
declare module 'react-dom/server' {
  export function renderToStaticMarkup(element: import('react').ReactNode): string
}
