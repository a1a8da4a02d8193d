/** A frozen record without a prototype: only what was put in is found, whatever the name (`constructor`, `toString`). */
export function frozenRecord<V>(entries: Iterable<readonly [string, V]>): Readonly<Record<string, V>> {
  const record: Record<string, V> = Object.create(null)
  for (const [key, value] of entries) record[key] = value
  return Object.freeze(record)
}
