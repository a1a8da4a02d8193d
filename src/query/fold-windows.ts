import { CellarError } from '../errors/cellar-error.ts'
import type { ExprNode } from '../expr/node.ts'
import { nodeKey } from '../expr/node-key.ts'
import type { WindowFrame, WindowNode } from '../expr/window-node.ts'
import type { Row } from '../schema/row-codec.ts'
import {
  argumentsOf,
  ascending,
  Fold,
  type Folded,
  type FoldPlan,
  groupNumber,
  isFolded,
  isPlain,
  withValues,
} from './fold.ts'
import { isGrouped } from './groups.ts'
import type { QuerySpec } from './query-spec.ts'
import { outputsOf } from './sources.ts'

const PARTITION = ':partition'
const PEERS = ':peers'

type FoldedWindow = Folded & { readonly node: WindowNode }

/**
 * How the windows of users' aggregates are made: Postgres gives the rows sorted by partition and order, JavaScript
 * adds the values. Those of one partition, order and frame at a time; the others are left to the rows that are read.
 */
export function planWindows(spec: QuerySpec): FoldPlan | undefined {
  if (isGrouped(spec) || !isPlain(spec)) return undefined
  const outputs = Object.entries(outputsOf(spec))
  const windows = outputs.flatMap(([name, node]): FoldedWindow[] =>
    node.kind === 'window' && isFolded(node) ? [{ name, node }] : [],
  )
  const [first] = windows
  if (!first) return undefined
  const folded = windows.filter(({ node }) => shapeOf(node) === shapeOf(first.node))
  const { partition, order, frame } = first.node
  checkFrame(first.node)
  const numbers: [string, ExprNode][] = []
  const partitionOrder = partition.map(ascending)
  if (partition.length > 0) numbers.push([PARTITION, groupNumber(partitionOrder)])
  if (order.length > 0 && !frame) numbers.push([PEERS, groupNumber(order, partition)])
  const others = outputs.filter(([name]) => !folded.some((one) => one.name === name))
  const query: QuerySpec = {
    ...spec,
    select: Object.fromEntries([...others, ...numbers, ...folded.flatMap(argumentsOf)]),
    order: [...partitionOrder, ...order],
  }
  const columns = outputs.map(([name]) => name)
  const look: Look = frame ? frame : order.length > 0 ? 'peers' : 'partition'
  return { query: Object.freeze(query), rows: (input) => foldWindows(input, folded, columns, look) }
}

function shapeOf({ partition, order, frame }: WindowNode): string {
  const terms = order.map(({ node, direction, nulls }) => [nodeKey(node), direction, nulls])
  return JSON.stringify([partition.map(nodeKey), terms, frame?.preceding ?? null, frame?.following ?? null, !frame])
}

/** Each row would be folded with all that come after it. */
function checkFrame({ function: name, frame }: WindowNode): void {
  if (frame?.preceding === undefined || frame.following !== undefined) return
  const reason = 'rows.following has to be given with rows.preceding, as the aggregate runs in JavaScript'
  throw new CellarError('INVALID_QUERY', { clause: `over, of ${name}`, reason })
}

/** Which rows a value is made of: up to the row's equals, all of the partition, or those around it. */
type Look = 'peers' | 'partition' | WindowFrame

async function* foldWindows(
  input: AsyncIterable<Row>,
  folded: readonly FoldedWindow[],
  columns: readonly string[],
  look: Look,
): AsyncGenerator<Row, void, undefined> {
  const window = new FoldedRows(folded, columns, look)
  let partition: unknown
  for await (const row of input) {
    if (row[PARTITION] !== partition) {
      yield* window.end()
      partition = row[PARTITION]
    }
    yield* window.add(row)
  }
  yield* window.end()
}

/** The rows of one partition that wait for rows after them. */
class FoldedRows {
  readonly #folds: readonly Fold[]
  readonly #columns: readonly string[]
  readonly #look: Look
  /** Those that wait, behind those that later ones still look back to. */
  #rows: Row[] = []
  #looked = 0

  constructor(folded: readonly FoldedWindow[], columns: readonly string[], look: Look) {
    this.#folds = folded.map((one) => new Fold(one))
    this.#columns = columns
    this.#look = look
  }

  *add(row: Row): Generator<Row, void, undefined> {
    const look = this.#look
    if (look === 'peers' && this.#rows[0] && this.#rows[0][PEERS] !== row[PEERS]) yield* this.#flush()
    this.#rows.push(row)
    if (typeof look !== 'object') this.#fold(row)
    else if (look.preceding === undefined) {
      this.#fold(row)
      if (this.#rows.length > (look.following ?? Number.POSITIVE_INFINITY)) yield this.#emit(this.#rows.shift() as Row)
    } else if (this.#rows.length - this.#looked > (look.following ?? 0)) yield this.#emitFramed(look.preceding)
  }

  *end(): Generator<Row, void, undefined> {
    const look = this.#look
    if (typeof look === 'object' && look.preceding !== undefined) {
      while (this.#looked < this.#rows.length) yield this.#emitFramed(look.preceding)
    } else yield* this.#flush()
    this.#rows = []
    this.#looked = 0
    for (const fold of this.#folds) fold.reset()
  }

  #fold(row: Row): void {
    for (const fold of this.#folds) fold.add(row)
  }

  *#flush(): Generator<Row, void, undefined> {
    if (this.#rows.length === 0) return
    const values = this.#values()
    for (const row of this.#rows) yield withValues(row, this.#columns, values)
    this.#rows = []
  }

  #emit(row: Row): Row {
    return withValues(row, this.#columns, this.#values())
  }

  /** The rows held are those of the frame: at most so many before, and as many after as were waited for. */
  #emitFramed(preceding: number): Row {
    const row = this.#rows[this.#looked] as Row
    for (const fold of this.#folds) fold.reset()
    for (const one of this.#rows) this.#fold(one)
    const emitted = this.#emit(row)
    if (this.#looked < preceding) this.#looked += 1
    else this.#rows.shift()
    return emitted
  }

  #values(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(this.#folds.map((fold) => [fold.name, fold.value()]))
  }
}
