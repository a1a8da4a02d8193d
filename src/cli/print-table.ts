const MAX_CELL = 60

/** Aligned columns for people. */
export function printTable(rows: readonly Readonly<Record<string, unknown>>[], empty: string): void {
  if (rows.length === 0) {
    console.log(empty)
    return
  }
  const names = Object.keys(rows[0] ?? {})
  const cells = [names, ...rows.map((row) => names.map((name) => cellText(row[name])))]
  const widths = names.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)))
  for (const line of cells) {
    console.log(
      line
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
  }
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '-'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > MAX_CELL ? `${line.slice(0, MAX_CELL - 1)}…` : line
}

/** JSON for programs, or lines for people. */
export function print<T>(value: T, json: boolean, forPeople: (value: T) => void): void {
  if (json) console.log(JSON.stringify(value, null, 2))
  else forPeople(value)
}
