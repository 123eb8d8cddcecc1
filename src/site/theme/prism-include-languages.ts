/** Code is coloured when the page is built: no highlighter is sent to the browser. */
export default function prismIncludeLanguages(): void {}
