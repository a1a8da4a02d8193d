import type { AggregateNode } from '../expr/aggregate-node.ts'
import type { ExprNode } from '../expr/node.ts'
import type { OrderSpec } from '../expr/order-spec.ts'
import { type WindowNode, windowNode } from '../expr/window-node.ts'
import type { AggregateDefinition } from '../func/aggregate-definition.ts'
import { checkResult } from '../func/check-result.ts'
import { functionFailure } from '../func/function-failure.ts'
import type { Row } from '../schema/row-codec.ts'
import { types } from '../types/kinds.ts'
import type { QuerySpec } from './query-spec.ts'

/** A user's aggregate as it stands in a query. */
export interface Folded {
  /** Of the column that gets the value. */
  readonly name: string
  readonly node: (AggregateNode | WindowNode) & { readonly definition: AggregateDefinition }
}

export const isFolded = (node: AggregateNode | WindowNode): node is Folded['node'] => node.definition !== undefined

/** Rows to be read, and what becomes of them. */
export interface FoldPlan {
  readonly query: QuerySpec
  rows(input: AsyncIterable<Row>): AsyncIterable<Row>
}

/** Nothing but rows or groups: nesting makes such queries. */
export function isPlain({ having, distinct, sample, order, limit, offset }: QuerySpec): boolean {
  return !having && !distinct && !sample && order.length === 0 && !limit && !offset
}

/** The column of the rows to be folded that holds an argument. */
const argumentColumn = (name: string, argument: string) => `${name}:${argument}`

/** The arguments of an aggregate as columns. */
export function argumentsOf({ name, node }: Folded): readonly (readonly [string, ExprNode])[] {
  const names = Object.keys(node.definition.args)
  return node.operands.map((operand, index) => [argumentColumn(name, names[index] ?? ''), operand] as const)
}

export const ascending = (node: ExprNode): OrderSpec => Object.freeze({ node, direction: 'asc' })

/** Numbers groups of equal rows, so that Postgres decides which values are equal. */
export function groupNumber(order: readonly OrderSpec[], partition: readonly ExprNode[] = []): ExprNode {
  const result = { type: types.int, nullable: false }
  return windowNode({ function: 'dense-rank', operands: [], partition, order, frame: undefined, ...result })
}

/** The steps of one aggregate; failures name it. */
export class Folder {
  readonly name: string
  readonly #definition: AggregateDefinition
  readonly #arguments: readonly (readonly [argument: string, column: string, nullable: boolean])[]

  constructor({ name, node }: Folded) {
    this.name = name
    this.#definition = node.definition
    this.#arguments = Object.entries(node.definition.args).map(
      ([argument, { nullable }]) => [argument, argumentColumn(name, argument), nullable] as const,
    )
  }

  get merges(): boolean {
    return this.#definition.merge !== undefined
  }

  /** @throws FUNCTION_FAILED */
  start(): unknown {
    return this.#attempt(() => this.#definition.init())
  }

  /** The state with the row. @throws FUNCTION_FAILED */
  step(state: unknown, row: Row): unknown {
    const args: Record<string, unknown> = {}
    for (const [argument, column, nullable] of this.#arguments) {
      const value = row[column] ?? null
      if (value === null && !nullable) return state
      args[argument] = value
    }
    const next = this.#attempt(() => this.#definition.update(state, args))
    return next === undefined ? state : next
  }

  /** @throws FUNCTION_FAILED */
  merge(first: unknown, second: unknown): unknown {
    return this.#attempt(() => this.#definition.merge?.(first, second))
  }

  /** @throws FUNCTION_FAILED, FUNCTION_INVALID_RESULT */
  value(state: unknown): unknown {
    const { name, returns, value } = this.#definition
    const result = this.#attempt(() => value(state))
    return checkResult(name, returns, result)
  }

  #attempt<T>(body: () => T): T {
    try {
      return body()
    } catch (error) {
      throw functionFailure(error, this.#definition.name)
    }
  }
}

/** One aggregate on its way over rows. */
export class Fold {
  readonly #folder: Folder
  #state: unknown

  constructor(folded: Folded) {
    this.#folder = new Folder(folded)
    this.reset()
  }

  get name(): string {
    return this.#folder.name
  }

  reset(): void {
    this.#state = this.#folder.start()
  }

  add(row: Row): void {
    this.#state = this.#folder.step(this.#state, row)
  }

  value(): unknown {
    return this.#folder.value(this.#state)
  }
}

/** The row without what was only needed to fold it, with the values. */
export function withValues(row: Row, columns: readonly string[], values: Readonly<Record<string, unknown>>): Row {
  return Object.fromEntries(columns.map((name) => [name, Object.hasOwn(values, name) ? values[name] : row[name]]))
}
