import { CellarError, isCellarError } from 'cellar'
import { CommanderError } from 'commander'

/** Prints what went wrong, and what to do about it, and sets the exit code. */
export function reportFailure(error: unknown, json: boolean): void {
  process.exitCode = isCellarError(error) ? error.exitCode : 1
  if (error instanceof CommanderError) reportUsage(error, json)
  else if (json) console.error(JSON.stringify({ error: describe(error) }))
  else if (isCellarError(error)) {
    console.error(`${error.code}: ${error.message}`)
    for (const issue of error.issues) console.error(`  ${issue.path.join('.') || '(value)'}: ${issue.message}`)
  } else console.error(error instanceof Error ? ownStack(error) : String(error))
}

/** Commander has printed it for people, and help and version, which are no failures. */
function reportUsage({ exitCode, message }: CommanderError, json: boolean): void {
  process.exitCode = exitCode === 0 ? 0 : 1
  if (!json || exitCode === 0) return
  const reason = message.replace(/^error: /, '')
  console.error(JSON.stringify({ error: describe(new CellarError('USAGE', { reason })) }))
}

function describe(error: unknown): object {
  if (!isCellarError(error)) return { code: 'INTERNAL', message: String(error), issues: [] }
  const { code, message, issues } = error
  return { code, message, issues }
}

/** The frames of Node's own loader say nothing about the user's module. */
function ownStack({ stack, message }: Error): string {
  return (stack ?? message)
    .split('\n')
    .filter((line) => !/^\s+at .*\(?node:internal\//.test(line))
    .join('\n')
    .trimEnd()
}
