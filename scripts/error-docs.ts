import { readFileSync, writeFileSync } from 'node:fs'
import { ERROR_CODES } from '../src/errors/codes.ts'

/** Writes `docs/reference/errors.md` from the error table; with `--check` only says whether it is current. */
const file = new URL('../docs/reference/errors.md', import.meta.url)

export function errorDocs(): string {
  const rows = Object.entries(ERROR_CODES).map(
    ([name, { message, status, exit, retryable }]) =>
      `## ${name}\n\n${message.replaceAll(/\{(\w+)\}/g, '*$1*')}\n\nHTTP ${status}, exit code ${exit}${retryable ? ', retryable' : ''}.\n`,
  )
  return `# Errors\n\nMade from \`src/errors/codes.ts\` by \`node scripts/error-docs.ts\`. Every failure is a \`CellarError\` with one of these codes;\nover HTTP it is \`application/problem+json\`.\n\n${rows.join('\n')}`
}

if (import.meta.main) {
  const text = errorDocs()
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (readFileSync(file, 'utf8') !== text) {
    console.error('docs/reference/errors.md is behind the error table: run `node scripts/error-docs.ts`.')
    process.exit(1)
  }
}
