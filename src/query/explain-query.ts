import type { Statement } from '../database/database.ts'
import type { ExprNode } from '../expr/node.ts'
import { nodeText } from '../expr/node-text.ts'
import { streamQuery } from './execute-query.ts'
import type { ExplainedStep, Explanation, RunOptions } from './query.ts'
import type { QueryContext, QueryObserver } from './query-context.ts'
import type { QuerySpec } from './query-spec.ts'

interface PlanRow {
  readonly 'QUERY PLAN': readonly [{ readonly Plan: PlanNode; readonly 'Execution Time': number }]
}
interface PlanNode {
  readonly 'Plan Rows': number
  readonly 'Actual Rows'?: number
}

/** Runs the query and says what was done where; each statement runs once more, to be measured by Postgres. */
export async function explainQuery(
  context: QueryContext,
  spec: QuerySpec,
  options: RunOptions = {},
): Promise<Explanation> {
  const steps: ExplainedStep[] = []
  const start = performance.now()
  let measuring = 0
  const observer: QueryObserver = {
    async statement(statement) {
      const from = performance.now()
      steps.push(await explainStatement(context, statement))
      measuring += performance.now() - from
    },
    javascript(nodes, rows, milliseconds) {
      addJavaScript(steps, nodes, rows, milliseconds)
    },
  }
  let rows = 0
  for await (const _ of streamQuery({ ...context, observer }, spec, options)) rows += 1
  return Object.freeze({ rows, milliseconds: performance.now() - start - measuring, steps: Object.freeze(steps) })
}

async function explainStatement({ session, database }: QueryContext, statement: Statement): Promise<ExplainedStep> {
  const { text, values = [] } = statement
  const { rows } = await (session ?? database).execute<PlanRow>({
    text: `explain (analyze, format json) ${text}`,
    values,
  })
  const [result] = rows[0]?.['QUERY PLAN'] ?? []
  return {
    runs: 'sql',
    text,
    estimatedRows: result?.Plan['Plan Rows'] ?? 0,
    rows: result?.Plan['Actual Rows'] ?? 0,
    milliseconds: result?.['Execution Time'] ?? 0,
    plan: result?.Plan ?? {},
  }
}

/** A stream comes in batches; what is done to them is one step. */
function addJavaScript(steps: ExplainedStep[], nodes: readonly ExprNode[], rows: number, milliseconds: number): void {
  const text = nodes.map(nodeText).join(', ')
  const known = steps.findLastIndex((step) => step.runs === 'javascript' && step.text === text)
  const before = steps[known]
  if (before?.runs !== 'javascript') steps.push({ runs: 'javascript', text, rows, milliseconds })
  else steps[known] = { ...before, rows: before.rows + rows, milliseconds: before.milliseconds + milliseconds }
}
