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
import { SlidingFold } from './sliding-fold.ts'
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
  const bounded = frame?.preceding !== undefined || frame?.following !== undefined
  const look: Look = bounded ? frame : order.length > 0 && !frame ? 'peers' : 'partition'
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
  readonly #sliding: readonly SlidingFold[]
  readonly #columns: readonly string[]
  readonly #look: Look
  #rows: Row[] = []
  /** Rows that are done and still in the frame of the first one that waits. */
  #before = 0

  constructor(folded: readonly FoldedWindow[], columns: readonly string[], look: Look) {
    const slides = typeof look === 'object' && look.preceding !== undefined
    this.#folds = slides ? [] : folded.map((one) => new Fold(one))
    this.#sliding = slides ? folded.map((one) => new SlidingFold(one)) : []
    this.#columns = columns
    this.#look = look
  }

  *add(row: Row): Generator<Row, void, undefined> {
    const look = this.#look
    if (look === 'peers' && this.#rows[0] && this.#rows[0][PEERS] !== row[PEERS]) yield* this.#flush()
    this.#rows.push(row)
    for (const fold of [...this.#folds, ...this.#sliding]) fold.add(row)
    if (typeof look === 'object' && this.#rows.length > (look.following ?? Number.POSITIVE_INFINITY)) yield this.#next()
  }

  *end(): Generator<Row, void, undefined> {
    if (typeof this.#look === 'object') while (this.#rows.length > 0) yield this.#next()
    else yield* this.#flush()
    this.#before = 0
    for (const fold of [...this.#folds, ...this.#sliding]) fold.reset()
  }

  /** All that wait have the same value. */
  *#flush(): Generator<Row, void, undefined> {
    if (this.#rows.length === 0) return
    const values = this.#values()
    for (const row of this.#rows) yield withValues(row, this.#columns, values)
    this.#rows = []
  }

  #next(): Row {
    const done = withValues(this.#rows.shift() as Row, this.#columns, this.#values())
    const { preceding = 0 } = this.#look as WindowFrame
    if (this.#before < preceding) this.#before += 1
    else for (const fold of this.#sliding) fold.dropFirst()
    return done
  }

  #values(): Readonly<Record<string, unknown>> {
    return Object.fromEntries([...this.#folds, ...this.#sliding].map((fold) => [fold.name, fold.value()]))
  }
}
