import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { onServer, serverReachable, serverUrl } from '../../test/support/databases.ts'
import { compileSql } from '../database/compiler.ts'
import { compileEvaluator } from './compile-evaluator.ts'
import { compileExpr, isSqlCompilable } from './compile-expr.ts'
import type { ExprNode } from './node.ts'
import { jsonEquals } from './operations/json-functions.ts'
import { embeddedEvaluator, evaluateInSql, type SqlEvaluator, serverEvaluator } from './testing/evaluate-in-sql.ts'
import { expressionArbitrary } from './testing/expressions.ts'
import { rowArbitrary } from './testing/values.ts'

/** Statements per database; each has 50 expressions over 16 rows. */
const STATEMENTS = Number(process.env.CELLAR_AGREEMENT_STATEMENTS ?? 25)
const DATABASE = `cellar_agreement_${process.pid}`
const reachable = await serverReachable()

const databases = [
  { name: 'PGlite', enabled: true, open: embeddedEvaluator, remove: async () => {} },
  {
    name: 'a Postgres server',
    enabled: reachable,
    open: async () => {
      await onServer(`create database ${DATABASE} template template0 encoding 'UTF8'`)
      return serverEvaluator(serverUrl(DATABASE))
    },
    remove: () => onServer(`drop database if exists ${DATABASE} with (force)`),
  },
]

for (const { name, enabled, open, remove } of databases) {
  describe.skipIf(!enabled)(`expressions on ${name}`, () => {
    let evaluator: SqlEvaluator

    beforeAll(async () => {
      evaluator = await open()
    }, 60_000)

    afterAll(async () => {
      await evaluator?.close()
      await remove()
    })

    test('give the same answer in SQL and in JavaScript', { timeout: 120_000 }, async () => {
      const expressions = fc.array(expressionArbitrary, { minLength: 50, maxLength: 50 })
      const rows = fc.array(rowArbitrary, { minLength: 16, maxLength: 16 })
      const samples = fc.sample(fc.tuple(expressions, rows), STATEMENTS)
      let compared = 0
      for (const [nodes, cells] of samples) {
        compared += await compareAnswers(evaluator, nodes.filter(isSqlCompilable), cells)
      }
      expect(compared).toBeGreaterThan(STATEMENTS * 200)
    })
  })
}

type Rows = readonly Readonly<Record<string, unknown>>[]

async function compareAnswers(evaluator: SqlEvaluator, nodes: readonly ExprNode[], rows: Rows): Promise<number> {
  const inSql = await evaluateAll(evaluator, nodes, rows)
  for (const [position, node] of nodes.entries()) {
    const evaluate = compileEvaluator(node)
    for (const [index, row] of rows.entries()) {
      const [expected, actual] = [evaluate({ row }), inSql[index]?.[position]]
      if (sameValue(node, expected, actual)) continue
      const read = Object.fromEntries(Object.entries(row).filter(([name]) => sqlOf(node).sql.includes(`"${name}"`)))
      expect.fail(
        JSON.stringify({ ...sqlOf(node), row: shown(read), javascript: shown(expected), sql_: shown(actual) }, null, 1),
      )
    }
  }
  return nodes.length * rows.length
}

/** An error of the statement is looked for in its expressions one by one. */
async function evaluateAll(evaluator: SqlEvaluator, nodes: readonly ExprNode[], rows: Rows) {
  try {
    return await evaluateInSql(evaluator, nodes, rows)
  } catch (error) {
    for (const node of nodes) {
      await evaluateInSql(evaluator, [node], rows).catch((reason: unknown) => {
        expect.fail(`${String(reason)}\n${JSON.stringify(sqlOf(node))}\n${JSON.stringify(rows.map(shown))}`)
      })
    }
    throw error
  }
}

function sameValue(node: ExprNode, a: unknown, b: unknown): boolean {
  if (a === null || b === null) return a === b && (a !== null || node.nullable)
  return node.type.kind === 'json' ? jsonEquals(a, b) : node.type.compare(a, b) === 0
}

function sqlOf(node: ExprNode) {
  const columns = { column: (ref: { column: string }) => sql.ref(ref.column), parameter: () => sql`null` }
  const { sql: text, parameters } = compileSql(compileExpr(node, columns))
  return { sql: text, parameters: parameters.map(String) }
}

function shown(value: unknown): unknown {
  const write = (_: string, member: unknown) =>
    typeof member === 'bigint' || (typeof member === 'number' && !Number.isFinite(member)) ? String(member) : member
  return JSON.parse(JSON.stringify(value, write) ?? 'null')
}
