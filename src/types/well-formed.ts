/** Why Postgres could not keep the text; undefined where it can. */
export function textProblem(text: string): string | undefined {
  if (text.includes('\0')) return 'contains the character NUL, which Postgres cannot store'
  return text.isWellFormed() ? undefined : 'contains a lone surrogate, which is no character'
}
