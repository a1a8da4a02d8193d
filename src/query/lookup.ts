import { CellarError } from '../errors/cellar-error.ts'
import { callOf } from '../expr/define-function.ts'
import { toExpr } from '../expr/to-expr.ts'
import { DEFAULT_TIMEOUT } from '../func/create-definition.ts'
import { type QueryingContext, RUN_QUERY } from '../func/function-context.ts'
import type { DeclaredFunction, FunctionArgs } from '../func/function-definition.ts'
import type { Args } from '../func/function-spec.ts'
import { register } from '../func/registry.ts'
import type { FunctionId } from '../func/same-definition.ts'
import { sourceHash } from '../func/source-hash.ts'
import { LOOKUP } from '../schema/lookups.ts'
import type { Row } from '../schema/row-codec.ts'
import type { Columns } from '../types/column.ts'
import type { JsonExpr } from '../types/expr.ts'
import { types } from '../types/kinds.ts'
import type { QueryDefinition } from './query.ts'
import { specOfQueryDefinition } from './query-definition.ts'
import type { QueryDefinitionSpec, QuerySpec } from './query-spec.ts'
import { outputsOf } from './sources.ts'
import { callsWithin, tablesOf } from './spec-parts.ts'

/** The rows of a query as they go over the wire. */
type WireRows<R> = {
  -readonly [K in keyof R]: R[K] extends { readonly '~wire': infer W } ? W : never
}[]

/** The nulls among arguments that the query does not expect. */
type NullsOf<P extends Columns, G> = Extract<
  {
    [K in keyof G & keyof P]: null extends P[K]['~expr']['~nulls']
      ? never
      : G[K] extends { readonly '~nulls': infer N }
        ? N
        : never
  }[keyof G & keyof P],
  null
>

const functions = new WeakMap<QueryDefinitionSpec, DeclaredFunction>()

/**
 * The rows of a query as a JSON value, for each row of the table that looks them up. A cell keeps the rows that were
 * found when it was computed; `recompute` looks again.
 *
 * @example
 * defineTable('questions', { text: t.string() }).computed('hits', (c) => lookup(searchPhotos, { text: c.text }))
 *
 * @throws INVALID_DECLARATION when an argument is missing or of another type
 * @throws DUPLICATE_DECLARATION when another query of that name is looked up
 */
export function lookup<P extends Columns, R, G extends Args<P, null>>(
  query: QueryDefinition<P, R>,
  args: G & { readonly [K in Exclude<keyof G, keyof P>]: never },
): JsonExpr<WireRows<R>, NullsOf<P, G>> {
  const spec = specOfQueryDefinition(query as unknown as QueryDefinition<Columns, unknown>)
  return toExpr(callOf(functionOf(spec), args as FunctionArgs)) as unknown as JsonExpr<WireRows<R>, NullsOf<P, G>>
}

/** Columns keep the name; a process that declares them finds the query by it, as it finds functions. */
function functionOf(spec: QueryDefinitionSpec): DeclaredFunction {
  const known = functions.get(spec)
  if (known) return known
  const { name, description, parameters, query, source } = spec
  const generated = Object.keys(parameters).find((key) => (parameters[key]?.default?.kind ?? 'value') !== 'value')
  if (generated !== undefined) {
    const reason = `the default of its parameter ${generated} has to be a value`
    throw new CellarError('INVALID_DECLARATION', { subject: `a lookup of ${name}`, reason })
  }
  const calls = callsWithin(query)
  const definition: DeclaredFunction = Object.freeze({
    name: `${LOOKUP}${name}`,
    version: versionOf(calls),
    ...(description === undefined ? {} : { description }),
    args: parameters,
    returns: Object.freeze({ type: types.json, nullable: false, primaryKey: false, unique: false }),
    run: (args: FunctionArgs, context: QueryingContext) => rowsOf(name, query, args, context),
    thread: false,
    cheap: false,
    timeout: DEFAULT_TIMEOUT,
    requires: Object.freeze([]),
    refersTo: tablesOf(query),
    sourceHash: sourceHash(source, ...calls.map(({ sourceHash: hash }) => hash)),
  })
  register('function', definition)
  functions.set(spec, definition)
  return definition
}

/** What a query finds is as old as the oldest function in it. */
function versionOf(calls: readonly FunctionId[]): string {
  const versions = calls.filter(({ version }) => version !== '0').map(({ name, version }) => `${name}@${version}`)
  return versions.length === 0 ? '0' : sourceHash(...[...new Set(versions)].sort())
}

async function rowsOf(name: string, query: QuerySpec, args: FunctionArgs, context: QueryingContext) {
  const run = context[RUN_QUERY]
  if (!run)
    throw new CellarError('FUNCTION_UNAVAILABLE', { function: `${LOOKUP}${name}`, reason: 'no database is open' })
  const outputs = Object.entries(outputsOf(query))
  const rows = await run(query, args, context.signal)
  return rows.map((row: Row) =>
    Object.fromEntries(
      outputs.map(([column, { type }]) => {
        const value = row[column] ?? null
        return [column, value === null ? null : type.toWire(value)] as const
      }),
    ),
  )
}
