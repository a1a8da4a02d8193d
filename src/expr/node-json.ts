import { CellarError } from '../errors/cellar-error.ts'
import { withResult } from '../func/concrete-function.ts'
import type { DeclaredFunction } from '../func/function-definition.ts'
import type { ColumnSpec } from '../types/column-spec.ts'
import { columnTypeFromJson } from '../types/column-type-from-json.ts'
import type { JsonObject, JsonValue } from '../util/json.ts'
import { callNode } from './call-node.ts'
import { caseBranch, caseNode } from './case-node.ts'
import { columnRefNode } from './column-ref-node.ts'
import { elementNode } from './element-node.ts'
import { literalNode } from './literal-node.ts'
import { type ExprNode, type NodeHandlers, type NodeMap, visitNode } from './node.ts'
import { operationNode } from './operation-node.ts'
import { findOperation } from './operations/table.ts'
import { parameterNode } from './parameter-node.ts'
import type { ResultType } from './result-type.ts'

type FindFunction = (name: string, version: string) => DeclaredFunction | undefined

const writers: NodeHandlers<undefined, JsonObject> = {
  literal: ({ value, type }) => ({ value: value === null ? null : type.toStoredJson(value) }),
  'column-ref': ({ table, column }) => ({ table, column }),
  parameter: ({ name }) => ({ name }),
  element: ({ level }) => ({ level }),
  operation: ({ operation, operands }) => ({ operation, operands: operands.map(nodeToJson) }),
  case: ({ branches, otherwise }) => ({
    branches: branches.map(({ when, then }) => [nodeToJson(when), nodeToJson(then)]),
    otherwise: nodeToJson(otherwise),
  }),
  call: ({ function: { name, version }, args }) => ({
    function: { name, version },
    args: Object.fromEntries(Object.entries(args).map(([key, node]) => [key, nodeToJson(node)])),
  }),
  aggregate: () => queryOnly('an aggregate'),
  window: () => queryOnly('a window function'),
  subquery: () => queryOnly('a sub-query'),
}

/** The persisted form of an expression. */
export function nodeToJson(node: ExprNode): JsonObject {
  const { kind, type, nullable } = node
  return { kind, type: type.toJson(), nullable, ...visitNode(node, writers, undefined) }
}

/** Nothing that is persisted can hold these: it is computed from one row. */
function queryOnly(what: string): never {
  const reason = `${what} belongs into a query`
  throw new CellarError('INVALID_DECLARATION', { subject: 'a stored expression', reason })
}

/** JSON that `nodeToJson` wrote; it comes from the catalog, so its shape is taken as given. */
interface Stored {
  readonly kind: StoredKind
  readonly type: JsonObject
  readonly nullable: boolean
  readonly value: JsonValue
  readonly table: string | null
  readonly column: string
  readonly name: string
  readonly level: number
  readonly operation: string
  readonly operands: readonly JsonObject[]
  readonly branches: readonly (readonly [JsonObject, JsonObject])[]
  readonly otherwise: JsonObject
  readonly function: { readonly name: string; readonly version: string }
  readonly args: Readonly<Record<string, JsonObject>>
}

type StoredKind = Exclude<keyof NodeMap, 'aggregate' | 'window' | 'subquery'>

type Reader = (json: Stored, result: ResultType, read: (json: JsonObject) => ExprNode, find: FindFunction) => ExprNode

const readers: Readonly<Record<StoredKind, Reader>> = {
  literal: ({ value }, { type }) => literalNode(value === null ? null : type.fromStoredJson(value), type),
  'column-ref': ({ table, column }, result) => columnRefNode(column, result, table),
  parameter: ({ name }, result) => parameterNode(name, result),
  element: ({ level }, result) => elementNode(level, result),
  operation: ({ operation, operands }, result, read) => {
    findOperation(operation)
    return operationNode({ operation, operands: operands.map(read), ...result })
  },
  case: ({ branches, otherwise }, result, read) =>
    caseNode({
      branches: branches.map(([when, then]) => caseBranch(read(when), read(then))),
      otherwise: read(otherwise),
      ...result,
    }),
  call: ({ function: id, args }, result, read, find) => {
    const nodes = Object.entries(args).map(([key, node]) => [key, read(node)] as const)
    const declared = find(id.name, id.version)
    // What the result was declared to be when the column was, whatever the code says today.
    const definition = declared && withResult(declared, typedResult(result))
    return callNode({ function: id, definition, args: Object.fromEntries(nodes), ...result })
  },
}

/** A result of a stored type. */
export function typedResult({ type, nullable }: ResultType): ColumnSpec {
  return Object.freeze({ type, nullable, primaryKey: false, unique: false })
}

/**
 * Reads what `nodeToJson` wrote. Calls of functions that `find` does not know are kept, without definition.
 *
 * @throws INVALID_DECLARATION for a node or an operation of a newer version
 */
export function nodeFromJson(json: JsonObject, find: FindFunction): ExprNode {
  const stored = json as unknown as Stored
  const reader = Object.hasOwn(readers, stored.kind) ? readers[stored.kind] : undefined
  if (!reader) {
    const reason = `this version of Cellar has no ${String(stored.kind)} node`
    throw new CellarError('INVALID_DECLARATION', { subject: 'a stored expression', reason })
  }
  const result = { type: columnTypeFromJson(stored.type), nullable: stored.nullable }
  return reader(stored, result, (child) => nodeFromJson(child, find), find)
}
