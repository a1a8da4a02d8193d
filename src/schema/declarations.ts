import { CellarError } from '../errors/cellar-error.ts'
import { callsOf } from '../expr/walk.ts'
import { canonicalJson } from '../util/canonical-json.ts'
import type { AnyTable } from './table.ts'
import { tableSpecToJson } from './table-json.ts'
import { isTable, specOfTable } from './table-value.ts'

/** A method of queries and routers that gives what they refer to, so that a declaration is found through them. */
export const REFERS_TO: unique symbol = Symbol.for('cellar.refers-to') as never

export interface Refers {
  [REFERS_TO](): Iterable<unknown>
}

/**
 * The tables among module exports or listed values, and those that their queries, routers and columns refer to.
 * Other values are ignored. Sorted by nothing: the order of first mention.
 *
 * @throws DUPLICATE_DECLARATION when two different tables share a name
 */
export function collectDeclarations(
  declared: Readonly<Record<string, unknown>> | Iterable<unknown>,
): readonly AnyTable[] {
  const tables = new Map<string, AnyTable>()
  const seen = new Set<unknown>()
  const visit = (values: Iterable<unknown>) => {
    for (const value of values) {
      if (!isObject(value) || seen.has(value)) continue
      seen.add(value)
      if (isTable(value)) {
        addTable(tables, value)
        visit(readByFunctions(value))
      } else if (refers(value)) visit(value[REFERS_TO]())
    }
  }
  visit(isIterable(declared) ? declared : Object.values(declared))
  return [...tables.values()]
}

/** What functions of its columns read beside the row. */
function readByFunctions(table: AnyTable): readonly unknown[] {
  const calls = Object.values(specOfTable(table).computed).flatMap(({ node }) => callsOf(node))
  return calls.flatMap(({ definition }) => definition?.refersTo ?? [])
}

function addTable(tables: Map<string, AnyTable>, table: AnyTable): void {
  const { path } = specOfTable(table)
  const other = tables.get(path)
  if (other && !sameTable(other, table)) {
    throw new CellarError('DUPLICATE_DECLARATION', { kind: 'table', name: path })
  }
  tables.set(path, other ?? table)
}

function sameTable(a: AnyTable, b: AnyTable): boolean {
  return a === b || tableKey(a) === tableKey(b)
}

const tableKey = (table: AnyTable) => canonicalJson(tableSpecToJson(specOfTable(table)))

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function'
const refers = (value: object): value is Refers => REFERS_TO in value
const isIterable = (value: object): value is Iterable<unknown> => Symbol.iterator in value
