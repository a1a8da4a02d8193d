import { hash } from 'node:crypto'
import type { Statement } from './database.ts'

export interface CompiledSql {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

export interface NamedStatementOptions {
  readonly raw?: boolean
  /** Schema version of the tables touched, so that a changed table never meets an old plan. */
  readonly schemaVersion?: number | string
}

const NAMES_KEPT = 2000
const names = new Map<string, string>()

/** A statement that each connection parses and plans once. For texts that recur; not for ones whose best plan depends on the values. */
export function namedStatement(compiled: CompiledSql, options: NamedStatementOptions = {}): Statement {
  const name = statementName(compiled.sql, options.schemaVersion ?? 0)
  return { text: compiled.sql, values: compiled.parameters, name, raw: options.raw ?? false }
}

function statementName(sql: string, schemaVersion: number | string): string {
  const key = `${schemaVersion} ${sql}`
  let name = names.get(key)
  if (name === undefined) {
    if (names.size >= NAMES_KEPT) names.clear()
    name = `c${hash('sha256', key, 'base64url').slice(0, 24)}`
    names.set(key, name)
  }
  return name
}
