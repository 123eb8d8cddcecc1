type Loader = { getOptions: () => { folders: string[] }; addContextDependency: (folder: string) => void }

/** Passes a runbook on unchanged, and tells the bundler what else its page is made of. */
export default function watchLoader(this: Loader, source: string): string {
  // oxlint-disable-next-line oxc/no-this-in-exported-function -- a loader is given its context as `this`
  const { getOptions, addContextDependency } = this
  for (const folder of getOptions().folders) addContextDependency(folder)
  return source
}
