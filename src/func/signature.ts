import { CellarError } from '../errors/cellar-error.ts'
import type { AnyColumn, Columns } from '../types/column.ts'
import { type ColumnSpec, specOfColumn } from '../types/column-spec.ts'

const NAME = /^[A-Za-z][A-Za-z0-9_]*(?:[.-][A-Za-z0-9_]+)*$/
const ARGUMENT = /^[A-Za-z][A-Za-z0-9_]*$/

export type Refuse = (reason: string) => CellarError<'INVALID_DECLARATION'>
export const refuser =
  (subject: string): Refuse =>
  (reason) =>
    new CellarError('INVALID_DECLARATION', { subject, reason })

/** @throws INVALID_NAME */
export function assertFunctionName(name: unknown): void {
  if (typeof name !== 'string' || !NAME.test(name) || name.length > 128)
    throw new CellarError('INVALID_NAME', {
      kind: 'Function',
      name: String(name),
      reason: 'it has to start with a letter, followed by letters, digits, _, and single dots or dashes, at most 128',
    })
}

export function assertVersion(version: unknown, refuse: Refuse): void {
  if (version !== undefined && (typeof version !== 'string' || version === '' || version.length > 64))
    throw refuse('version is a text of 1 to 64 characters')
}

export function assertDescription(description: unknown, refuse: Refuse): void {
  if (description !== undefined && typeof description !== 'string') throw refuse('description is a text')
}

/** @throws INVALID_NAME, INVALID_DECLARATION */
export function argumentSpecs(name: string, args: Columns, refuse: Refuse): Readonly<Record<string, ColumnSpec>> {
  if (typeof args !== 'object' || args === null) throw refuse('args has to be an object of column types')
  const specs: Record<string, ColumnSpec> = {}
  for (const [argument, column] of Object.entries(args)) {
    if (!ARGUMENT.test(argument) || argument === 'then')
      throw new CellarError('INVALID_NAME', {
        kind: 'Argument',
        name: `${name}.${argument}`,
        reason: 'it has to start with a letter, followed by letters, digits and _, and not be then',
      })
    const spec = specOfColumn(column)
    const reason = constraintOf(spec)
    if (reason) throw refuse(`argument ${argument} cannot be ${reason}`)
    if (spec.default && spec.default.kind !== 'value')
      throw refuse(`the default of argument ${argument} has to be a value`)
    specs[argument] = spec
  }
  return Object.freeze(specs)
}

export function resultSpec(returns: AnyColumn, refuse: Refuse): ColumnSpec {
  if (typeof returns !== 'object' || returns === null) throw refuse('returns has to be a column type')
  const spec = specOfColumn(returns)
  const reason = constraintOf(spec) ?? (spec.default ? 'given a default' : undefined)
  if (reason) throw refuse(`returns cannot be ${reason}`)
  return spec
}

function constraintOf(spec: ColumnSpec): string | undefined {
  if (spec.primaryKey) return 'a primary key'
  if (spec.unique) return 'unique'
  return spec.references === undefined ? undefined : 'a reference'
}
