import { CellarError } from '../errors/cellar-error.ts'
import { columnScope } from '../expr/column-scope.ts'
import type { Columns } from '../types/column.ts'
import type { Scope } from '../types/expr.ts'
import { scopeColumns, withComputed } from './computed-spec.ts'
import type { TableSchemas } from './row-schema-types.ts'
import type { AnyTable, ComputeOptions } from './table.ts'
import { tableSchemas } from './table-schemas.ts'
import type { TableSpec } from './table-spec.ts'

const TABLE = Symbol.for('cellar.table')

/** The loosely typed runtime of `Table`; `tableFromSpec` holds the one cast between them. */
class TableValue {
  readonly [TABLE]: TableSpec
  readonly '~name': string
  #scope: Scope | undefined
  #schemas: TableSchemas<Columns, object> | undefined

  constructor(spec: TableSpec) {
    this[TABLE] = spec
    this['~name'] = spec.path
    Object.freeze(this)
  }

  get c(): Scope {
    this.#scope ??= columnScope(scopeColumns(this[TABLE]), this[TABLE].path)
    return this.#scope
  }

  get schemas(): TableSchemas<Columns, object> {
    this.#schemas ??= tableSchemas(this[TABLE])
    return this.#schemas
  }

  computed(name: string, value: (c: never) => unknown, options?: ComputeOptions): TableValue {
    return new TableValue(withComputed(this[TABLE], name, value, options))
  }
}

/** The table of a spec. Its `~columns` and `~scope` exist for the type checker only, which is why this casts. */
export function tableFromSpec(spec: TableSpec): AnyTable {
  return new TableValue(spec) as unknown as AnyTable
}

/** True for tables of any installed copy of Cellar. */
export function isTable(value: unknown): value is AnyTable {
  return typeof value === 'object' && value !== null && TABLE in value
}

/** @throws INVALID_DECLARATION when the value is no table */
export function specOfTable(table: AnyTable): TableSpec {
  if (isTable(table)) return (table as unknown as TableValue)[TABLE]
  throw new CellarError('INVALID_DECLARATION', {
    subject: 'a table',
    reason: `${typeof table} was given where a value of defineTable is needed`,
  })
}
