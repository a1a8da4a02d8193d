import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { onServer, serverReachable, serverUrl } from '../../test/support/databases.ts'
import { seedOf } from '../../test/support/seed.ts'
import { quoteIdentifier } from '../database/identifier.ts'
import { compileSql, raw, sql } from '../util/sql.ts'
import { compileEvaluator } from './compile-evaluator.ts'
import { compileExpr } from './compile-expr.ts'
import type { ExprNode } from './node.ts'
import { jsonEquals } from './operations/json-functions.ts'
import { OPERATIONS, type OperationName } from './operations/table.ts'
import { isSqlCompilable } from './sql-compilable.ts'
import { embeddedEvaluator, evaluateInSql, type SqlEvaluator, serverEvaluator } from './testing/evaluate-in-sql.ts'
import { expressionArbitrary } from './testing/expressions.ts'
import { rowArbitrary } from './testing/values.ts'
import { walkNode } from './walk.ts'

/** Statements per database; each has 50 expressions over 16 rows. */
const STATEMENTS = Number(process.env.CELLAR_AGREEMENT_STATEMENTS ?? 150)
/** A failure tells which it was. */
const SEED = seedOf('CELLAR_AGREEMENT_SEED')
const SQL_OPERATIONS = Object.keys(OPERATIONS).filter((name) => OPERATIONS[name as OperationName].sql !== null)
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
      // Within an array `fc.gen` would give the same expression again and again.
      const nodes = fc.sample(expressionArbitrary.filter(isSqlCompilable), { numRuns: 50 * STATEMENTS, seed: SEED })
      const cells = fc.sample(rowArbitrary, { numRuns: 16 * STATEMENTS, seed: SEED })
      const answered = new Set<string>()
      for (let index = 0; index < STATEMENTS; index += 1) {
        const [some, rows] = [nodes.slice(50 * index, 50 * (index + 1)), cells.slice(16 * index, 16 * (index + 1))]
        for (const operation of await compareAnswers(evaluator, some, rows)) answered.add(operation)
      }
      expect(SQL_OPERATIONS.filter((operation) => !answered.has(operation))).toEqual([])
    })
  })
}

type Rows = readonly Readonly<Record<string, unknown>>[]

/** Gives the operations that had an answer, so that none is left out by the generators. */
async function compareAnswers(evaluator: SqlEvaluator, nodes: readonly ExprNode[], rows: Rows): Promise<Set<string>> {
  const answered = new Set<string>()
  const inSql = await evaluateAll(evaluator, nodes, rows)
  for (const [position, node] of nodes.entries()) {
    const evaluate = compileEvaluator(node)
    for (const [index, row] of rows.entries()) {
      const [expected, actual] = [evaluate({ row }), inSql[index]?.[position]]
      if (sameValue(node, expected, actual)) {
        if (expected !== null) for (const operation of operationsOf(node)) answered.add(operation)
        continue
      }
      const read = Object.fromEntries(Object.entries(row).filter(([name]) => sqlOf(node).sql.includes(`"${name}"`)))
      expect.fail(
        JSON.stringify(
          { seed: SEED, ...sqlOf(node), row: shown(read), javascript: shown(expected), sql_: shown(actual) },
          null,
          1,
        ),
      )
    }
  }
  return answered
}

function operationsOf(node: ExprNode): string[] {
  return [...walkNode(node)].flatMap((part) => (part.kind === 'operation' ? [part.operation] : []))
}

/** An error of the statement is looked for in its expressions one by one. */
async function evaluateAll(evaluator: SqlEvaluator, nodes: readonly ExprNode[], rows: Rows) {
  try {
    return await evaluateInSql(evaluator, nodes, rows)
  } catch (error) {
    for (const node of nodes) {
      await evaluateInSql(evaluator, [node], rows).catch((reason: unknown) => {
        expect.fail(
          `seed ${SEED}: ${String(reason)}\n${JSON.stringify(sqlOf(node))}\n${JSON.stringify(rows.map(shown))}`,
        )
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
  const columns = { column: (ref: { column: string }) => raw(quoteIdentifier(ref.column)), parameter: () => sql`null` }
  const { sql: text, parameters } = compileSql(compileExpr(node, columns))
  return { sql: text, parameters: parameters.map(String) }
}

function shown(value: unknown): unknown {
  const write = (_: string, member: unknown) =>
    typeof member === 'bigint' || (typeof member === 'number' && !Number.isFinite(member)) ? String(member) : member
  return JSON.parse(JSON.stringify(value, write) ?? 'null')
}
