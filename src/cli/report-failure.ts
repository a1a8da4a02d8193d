import { isCellarError } from 'cellar'

/** Prints what went wrong, and to do about it, and sets the exit code. */
export function reportFailure(error: unknown, json: boolean): void {
  process.exitCode = isCellarError(error) ? error.exitCode : 1
  if (isCellarError(error)) {
    const { code, message, issues } = error
    if (json) {
      console.error(JSON.stringify({ error: { code, message, issues } }))
      return
    }
    console.error(`${code}: ${message}`)
    for (const issue of issues) console.error(`  ${issue.path.join('.') || '(value)'}: ${issue.message}`)
    return
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  console.error(json ? JSON.stringify({ error: { code: 'INTERNAL', message: String(error) } }) : text)
}
