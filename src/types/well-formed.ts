/** Why Postgres could not keep the text; undefined where it can. */
export function textProblem(text: string): string | undefined {
  if (text.includes('\0')) return 'it contains the character NUL, which Postgres cannot store'
  return text.isWellFormed() ? undefined : 'it contains a lone surrogate, which is no character'
}
