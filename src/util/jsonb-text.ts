/** An escaped backslash, or an escape that jsonb refuses: NUL and the halves of surrogate pairs. */
const ESCAPES = /\\(?:\\|u0000|u[dD][89a-fA-F][0-9a-fA-F]{2})/g

/**
 * JSON that Postgres takes as jsonb whatever is in it. What no text of the database can hold becomes U+FFFD, so it is
 * for what we say of values (reports, failures), not for values of users, which are refused instead.
 */
export function jsonbText(value: unknown): string {
  const text = JSON.stringify(value)
  return text.includes('\\u') ? text.replaceAll(ESCAPES, (found) => (found === '\\\\' ? found : '\\ufffd')) : text
}
