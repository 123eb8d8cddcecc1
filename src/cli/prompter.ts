/** How a command asks. With --json a program reads stdout: the questions are on stderr. */
export async function prompter({ json, signal }: { json?: boolean | undefined; signal?: AbortSignal }) {
  const { createPromptModule } = await import('inquirer')
  return createPromptModule({
    output: json === true ? process.stderr : process.stdout,
    ...(signal === undefined ? {} : { signal }),
  })
}
