import { CellarError } from '../errors/cellar-error.ts'

export function invalidType(kind: string, reason: string): CellarError<'INVALID_DECLARATION'> {
  return new CellarError('INVALID_DECLARATION', { subject: `t.${kind}`, reason })
}

/** @throws INVALID_DECLARATION for options that the type does not have */
export function assertOptions(kind: string, options: object, known: readonly string[]): void {
  const extra = Object.keys(options).find((key) => !known.includes(key))
  if (extra !== undefined) throw invalidType(kind, `there is no option ${extra}`)
}

/** @throws INVALID_DECLARATION unless the bounds are numbers (whole ones where asked for) and in order */
export function assertBounds(kind: string, bounds: { min?: number; max?: number }, whole: boolean): void {
  for (const [name, bound] of Object.entries(bounds)) {
    if (bound === undefined) continue
    if (typeof bound !== 'number' || Number.isNaN(bound) || (whole && !Number.isSafeInteger(bound)))
      throw invalidType(kind, `${name} is a ${whole ? 'whole ' : ''}number`)
  }
  const { min, max } = bounds
  if (min !== undefined && max !== undefined && min > max) throw invalidType(kind, 'min is greater than max')
}

/** The options that were given, for the persisted form. */
export function givenOptions<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never
}
