import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { quoteIdentifier } from '../../database/identifier.ts'
import type { Encoded } from '../../types/column-type.ts'
import { compileSql, hole, joinSql, raw, sql } from '../../util/sql.ts'
import { compileExpr } from '../compile-expr.ts'
import type { ExprNode } from '../node.ts'
import { SQL_FUNCTIONS } from '../sql-functions/all.ts'
import { COLUMNS } from './values.ts'

type Row = Readonly<Record<string, unknown>>
type Texts = readonly (string | null)[]

/** A database that answers in raw text. */
export interface SqlEvaluator {
  run(text: string, values: readonly (string | null)[]): Promise<readonly Texts[]>
  close(): Promise<void>
}

const SETTINGS = `set timezone = 'UTC'; set extra_float_digits = 1; set bytea_output = 'hex'`

/** Types by oid that the sample columns and the results have: PGlite would parse and format them otherwise. */
const OIDS = [
  16, 17, 20, 21, 23, 25, 114, 199, 700, 701, 1000, 1005, 1007, 1009, 1016, 1021, 1022, 1043, 1082, 1114, 1115, 1182,
  1184, 1185, 1231, 1700, 2950, 2951, 3802, 3807,
]
const asText = Object.fromEntries(OIDS.map((oid) => [oid, (value: string) => value]))

export async function embeddedEvaluator(): Promise<SqlEvaluator> {
  const db = await PGlite.create()
  await db.exec(`create schema cellar; ${SETTINGS}; ${SQL_FUNCTIONS}`)
  return {
    run: async (text, values) => {
      const options = { rowMode: 'array', parsers: asText, serializers: asText } as const
      return (await db.query<Texts>(text, [...values], options)).rows as unknown as Texts[]
    },
    close: () => db.close(),
  }
}

/** Everything happens in a schema of its own for a session that leaves nothing behind. */
export async function serverEvaluator(url: string): Promise<SqlEvaluator> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`create schema cellar; ${SETTINGS}; ${SQL_FUNCTIONS}`)
  return {
    run: async (text, values) => {
      const types = { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig
      const result = await client.query<string[]>({ text, values: [...values], rowMode: 'array', types })
      return result.rows
    },
    close: () => client.end(),
  }
}

/** For each row the values of the expressions, computed from parameters in one statement. */
export async function evaluateInSql(evaluator: SqlEvaluator, nodes: readonly ExprNode[], rows: readonly Row[]) {
  const names = Object.keys(COLUMNS)
  const cells = rows.map((row) => {
    const values = names.map((name) => {
      const column = COLUMNS[name]
      const value = row[name]
      if (!column || value === null || value === undefined) return sql`null`
      return hole(asParameter(column.type.encode(value)))
    })
    return sql`(${joinSql(values)})`
  })
  const casts = names.map((name) => {
    const postgres = COLUMNS[name]?.type.postgres ?? 'text'
    return sql`${raw(quoteIdentifier(name))}::${raw(postgres)} as ${raw(quoteIdentifier(name))}`
  })
  const outputs = nodes.map((node) => {
    const output = compileExpr(node, {
      column: (ref) => sql`t.${raw(quoteIdentifier(ref.column))}`,
      parameter: () => sql`null`,
    })
    // PGlite takes a byte order mark off the texts that it gives.
    return node.type.kind === 'string' ? sql`convert_to(${output}, 'UTF8')` : output
  })
  // Offset 0 keeps the planner from putting the rows' constants into the expressions, as it could not for a table.
  const query = sql`select ${joinSql(outputs)} from (select ${joinSql(casts)} from (values ${joinSql(cells)}) as v (${joinSql(names.map((name) => raw(quoteIdentifier(name))))}) offset 0) as t`
  const { sql: text, parameters } = compileSql(query)
  const answers = await evaluator.run(
    text,
    parameters.map((value) => (value === null ? null : asParameter(value as Encoded))),
  )
  return answers.map((texts) =>
    texts.map((value, index) => (value === null ? null : decode(nodes[index] as ExprNode, value))),
  )
}

function decode({ type }: ExprNode, text: string): unknown {
  return type.kind === 'string' ? Buffer.from(text.slice(2), 'hex').toString() : type.decode(text)
}

function asParameter(value: Encoded): string {
  return value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : String(value)
}
