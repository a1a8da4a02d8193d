import {
  type Compilable,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
} from 'kysely'
import type { CompiledSql } from './named-statement.ts'

/** Kysely as a compiler only: it has no connection, and executing through it is an error. */
function createCompiler<TSchema = unknown>(): Kysely<TSchema> {
  return new Kysely<TSchema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
}

const compiler = createCompiler()

export function compileSql(query: RawBuilder<unknown> | Compilable): CompiledSql {
  const { sql, parameters } = 'isRawBuilder' in query ? query.compile(compiler) : query.compile()
  return { sql, parameters }
}
