import { CellarError } from '../../errors/cellar-error.ts'
import { isExpr } from '../../expr/expression.ts'
import { toNode } from '../../expr/to-node.ts'
import type { TableSpec } from '../../schema/table-spec.ts'
import { isTable, specOfTable } from '../../schema/table-value.ts'
import { routeTitle } from '../route-spec.ts'
import type { Method } from '../route-types.ts'

const NAME_LISTS: readonly string[] = ['inputs', 'uploadInputs', 'outputs', 'matchColumns', 'filters']
const METHODS: readonly unknown[] = ['get', 'post', 'put', 'patch', 'delete']

/** Checks on the options of one route. Every failure names the route, the option and the fix. */
export class RouteChecks {
  /** How messages name the route. */
  readonly title: string

  constructor(kind: string, method: unknown, path: unknown) {
    this.title = routeTitle(kind, String(method ?? 'post'), path)
  }

  fail(option: string, reason: string, fix: string): CellarError {
    return new CellarError('ROUTE_INVALID', { route: this.title, option, reason, fix })
  }

  /** Refuses options that the kind does not have, so that a misspelt one is not lost. */
  known(options: object, allowed: readonly string[]): void {
    for (const name of Object.keys(options)) {
      if (!allowed.includes(name)) throw this.fail(name, 'is not an option of this route', `It has ${list(allowed)}.`)
    }
  }

  method(value: unknown): Method {
    if (value === undefined) return 'post'
    if (METHODS.includes(value)) return value as Method
    throw this.fail(
      'method',
      `is ${JSON.stringify(value) ?? String(value)}`,
      `Use one of ${list(METHODS as string[])}.`,
    )
  }

  /** One of a few words. */
  word<W extends string>(option: string, value: unknown, words: readonly W[]): W | undefined {
    if (value === undefined || words.includes(value as W)) return value as W | undefined
    throw this.fail(option, `is ${JSON.stringify(value) ?? String(value)}`, `Use one of ${list(words)}.`)
  }

  /** The table of a route, with its specification. */
  table(value: unknown): TableSpec {
    if (isTable(value)) return specOfTable(value)
    throw this.fail('table', 'is no table', 'Give a value of defineTable.')
  }

  /** The options with column references as names; only columns of the route's own table stand for one. */
  named<G extends object>(options: G, table: string | undefined): G {
    const names: Record<string, unknown> = {}
    for (const [option, value] of Object.entries(options)) {
      if (!NAME_LISTS.includes(option) || !Array.isArray(value)) continue
      names[option] = value.map((item: unknown) => (isExpr(item) ? this.#reference(option, item, table) : item))
    }
    return { ...options, ...names }
  }

  #reference(option: string, value: unknown, table: string | undefined): string {
    const node = toNode(value)
    if (node.kind !== 'column-ref') throw this.fail(option, 'holds an expression', 'Give names, or columns.')
    if (table === undefined) throw this.fail(option, `refers to column ${node.column}`, 'Give the names of the query.')
    if (node.table === table) return node.column
    const whose = node.table === null ? 'a callback' : node.table
    throw this.fail(option, `refers to ${node.column} of ${whose}`, `Give columns of ${table}.`)
  }

  /** A list of names, each known and given once. */
  names(option: string, value: unknown, known: readonly string[], what: string): readonly string[] {
    if (!Array.isArray(value)) throw this.fail(option, 'is not an array', 'Give the names as an array.')
    const seen = new Set<string>()
    for (const name of value as unknown[]) {
      if (typeof name !== 'string')
        throw this.fail(option, 'holds something that is not a name', 'Give names as strings.')
      if (!known.includes(name)) throw this.unknown(option, name, known, what)
      if (seen.has(name)) throw this.fail(option, `names '${name}' twice`, 'Name it once.')
      seen.add(name)
    }
    return [...seen]
  }

  unknown(option: string, name: string, known: readonly string[], what: string): CellarError {
    return this.fail(
      option,
      `names '${name}', which is no ${what}`,
      `There ${known.length === 1 ? 'is' : 'are'} ${list(known)}.`,
    )
  }

  flag(option: string, value: unknown): boolean {
    if (value === undefined || typeof value === 'boolean') return value === true
    throw this.fail(option, 'is not true or false', 'Give a boolean.')
  }

  text(option: string, value: unknown): string | undefined {
    if (value === undefined || typeof value === 'string') return value
    throw this.fail(option, 'is not a string', 'Give a string.')
  }

  run<F>(option: string, value: unknown): F | undefined {
    if (value === undefined || typeof value === 'function') return value as F | undefined
    throw this.fail(option, 'is not a function', 'Give a function.')
  }
}

export const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '))
