import type { Statement } from '../database/database.ts'
import { namedStatement } from '../database/named-statement.ts'
import { castSql, compileSql, type Fragment, hole } from '../util/sql.ts'
import type { WritePlan } from './write-plan.ts'

/** Stands for the value at a position of what a statement is bound to. */
class Mark {
  readonly position: number
  constructor(position: number) {
    this.position = position
  }
}

/** The value at a position, under its cast. */
export function mark(position: number, cast: string): Fragment {
  return castSql(hole(new Mark(position)), cast)
}

export type Bind = (values: readonly unknown[]) => Statement

/** A statement on one table, compiled once; binding puts values in the place of its marks. */
export function template(plan: WritePlan, query: Fragment): Bind {
  const compiled = compileSql(query)
  const { id, schemaVersion } = plan.table
  const statement = namedStatement(compiled, { raw: true, schemaVersion: `${id}.${schemaVersion}` })
  const { parameters } = compiled
  return (values) => ({
    ...statement,
    values: parameters.map((parameter) => (parameter instanceof Mark ? values[parameter.position] : parameter)),
  })
}
