import { type AnyExpr, defineTable, t } from 'cellar'
import { NODE } from '../src/expr/expression.ts'
import type { ExprNode } from '../src/expr/node.ts'
import { isSqlCompilable } from '../src/expr/sql-compilable.ts'
import { closing, type Member, splitList, wordsOf } from './expression-interfaces.ts'

/** Columns of each kind; several where a method can do something else for them. */
const { c } = defineTable('samples', {
  int: t.int().primaryKey(),
  string: t.string(),
  float: t.float(),
  bigint: t.bigint(),
  decimal: t.decimal(),
  bool: t.bool(),
  timestamp: t.timestamp(),
  date: t.date(),
  uuid: t.uuid(),
  json: t.json(),
  array: t.array(t.string()),
  numbers: t.array(t.float()),
  documents: t.array(t.json()),
  vector: t.vector(3),
  binary: t.binary(),
  image: t.image(),
  video: t.video(),
  audio: t.audio(),
  document: t.document(),
})
const COLUMNS = c as unknown as Readonly<Record<string, Loose>>
type Loose = AnyExpr & Readonly<Record<string, unknown>> & { readonly [NODE]: ExprNode }

const identity = (value: unknown) => value
const isThere = (value: { isNotNull(): unknown }) => value.isNotNull()
const LITERALS = [
  ...['a', '', '1.5', 'UTC', '2024-02-29', '2024-02-29T00:00:00Z', 1, 0, 2, 1.5, 1n, true, null],
  ...['hours', 'days', 'day', 'month', 'Europe/Rome', 'YYYY', { days: 1 }, { hours: 1 }, { year: 2024 }, { day: 1 }],
  ...[new Date(0), [], ['a'], {}, { a: 1 }, [1, 2, 3], new Float32Array(3), identity, isThere],
]

export type Place = 'both' | 'JavaScript' | 'both, in some forms JavaScript only' | '–'

/**
 * Where what a method gives is evaluated, found by calling it with all arguments that it takes; undefined where none
 * were found, or the kind does not have it.
 */
export function placeOf(kind: string, member: Member): Place | undefined {
  const places = new Set<boolean | undefined>()
  for (const receiver of receiversOf(kind)) for (const place of placesOf(receiver, member)) places.add(place)
  if (places.size === 0) return undefined
  places.delete(undefined)
  if (places.size === 0) return '–'
  if (places.size === 2) return 'both, in some forms JavaScript only'
  return places.has(true) ? 'both' : 'JavaScript'
}

function receiversOf(kind: string): readonly Loose[] {
  return Object.values(COLUMNS).filter((column) => column[NODE].type.kind === kind)
}

/** True where SQL can; undefined for what is no expression, like a direction to order by. */
function* placesOf(receiver: Loose, { name, signature }: Member): Generator<boolean | undefined> {
  const property = receiver[name]
  if (typeof property !== 'function') return yield inSql(property)
  for (const values of argumentsOf(name, signature)) {
    try {
      yield inSql((property as (...args: unknown[]) => unknown).apply(receiver, [...values]))
    } catch {
      // These it does not take.
    }
  }
}

function inSql(value: unknown): boolean | undefined {
  const node = (value as Partial<Loose>)[NODE]
  return node && isSqlCompilable(node)
}

function argumentsOf(name: string, signature: string): readonly (readonly unknown[])[] {
  const start = signature.indexOf('(', signature.startsWith(`${name}<`) ? closing(signature, name.length) : 0)
  const parameters = splitList(signature.slice(start + 1, closing(signature, start)))
  const least = parameters.filter((parameter) => !/^(?:\.\.\.|\w+\?)/.test(parameter)).length
  const words = wordsOf(signature.slice(start)).filter((word) => word !== 'string' && word !== 'int')
  const pool = [...LITERALS, ...words, ...(parameters.length > 1 ? [c.string, c.int, c.float] : Object.values(COLUMNS))]
  const lists: (readonly unknown[])[] = least === 0 ? [[]] : []
  let current: (readonly unknown[])[] = [[]]
  for (let count = 1; count <= Math.min(parameters.length, 3); count += 1) {
    current = current.flatMap((list) => pool.map((value) => [...list, value]))
    if (count >= least) lists.push(...current)
  }
  return lists
}
