import type { Statement } from '../database/database.ts'
import { namedStatement } from '../database/named-statement.ts'
import type { ParameterNode } from '../expr/parameter-node.ts'
import { compileSql, type Fragment } from '../util/sql.ts'

export type Parameters = Readonly<Record<string, unknown>>

/** Stands for a parameter until the values of a run are known. */
export class ParameterMark {
  readonly node: ParameterNode
  constructor(node: ParameterNode) {
    this.node = node
  }
}

export type PreparedQuery = (parameters: Parameters) => Statement

interface PrepareOptions {
  readonly schemaVersion: string
  /** Unnamed: the statement is used once, or its best plan depends on the values. @default true */
  readonly named?: boolean
}

/** Compiles once; a run only replaces the marks by its values. */
export function prepareQuery(query: Fragment, { schemaVersion, named = true }: PrepareOptions): PreparedQuery {
  const compiled = compileSql(query)
  const template: Statement = named
    ? namedStatement(compiled, { schemaVersion, raw: true })
    : { text: compiled.sql, values: compiled.parameters, raw: true }
  if (!compiled.parameters.some((value) => value instanceof ParameterMark)) return () => template
  return (parameters) => ({ ...template, values: compiled.parameters.map((value) => fillMark(value, parameters)) })
}

function fillMark(value: unknown, parameters: Parameters): unknown {
  if (!(value instanceof ParameterMark)) return value
  const given = parameters[value.node.name]
  return given === null || given === undefined ? null : value.node.type.encode(given)
}
