import { CellarError } from '../errors/cellar-error.ts'
import type { ExprNode } from '../expr/node.ts'
import { callsOf, columnsOf } from '../expr/walk.ts'
import type { FunctionDefinition } from '../func/function-definition.ts'
import type { TableSpec } from '../schema/table-spec.ts'
import { buildSteps, loadedDefinition } from './build-steps.ts'
import type { CellPlan, PlannedOutput, UnavailableColumn } from './cell-plan.ts'
import { eagerColumns } from './column-graph.ts'

const plans = new WeakMap<TableSpec, Map<string, CellPlan>>()

/**
 * Lays out what is computed for each row of a table. Computed columns that are read but not wanted are inputs: they
 * have to be in the rows (`withDependencies` adds them instead).
 *
 * @param wanted computed columns; by default the eager ones
 * @throws UNKNOWN_COLUMN when a wanted column is not a computed column of the table
 */
export function planCells(spec: TableSpec, wanted: ReadonlySet<string> = eagerColumns(spec)): CellPlan {
  const key = [...wanted].sort().join(' ')
  const known = plans.get(spec)?.get(key)
  if (known) return known
  const plan = layOut(spec, wanted)
  // A function that is missing now may be loaded later.
  if (plan.unavailable.length === 0) plans.set(spec, (plans.get(spec) ?? new Map()).set(key, plan))
  return plan
}

/** A plan for expressions that belong to no table: the values of a query. */
export function planExpressions(nodes: readonly ExprNode[], subject: string): CellPlan {
  const outputs = nodes.map((node, index) => {
    return { name: expressionName(index), node, onError: 'abort', nullable: true } as const
  })
  return Object.freeze({ ...createPlan(subject, outputs, []), failsAs: 'call' })
}

/** No column has such a name. */
export function expressionName(index: number): string {
  return `~${index}`
}

function layOut(spec: TableSpec, wanted: ReadonlySet<string>): CellPlan {
  for (const column of wanted) if (!Object.hasOwn(spec.computed, column)) throw notComputed(spec, column)
  const outputs: PlannedOutput[] = []
  const unavailable = new Map<string, string>()
  for (const [name, { node, onError, nullable }] of Object.entries(spec.computed)) {
    if (!wanted.has(name)) continue
    const missing = missingFunction(node, unavailable)
    if (missing === undefined) outputs.push(Object.freeze({ name, node, onError, nullable }))
    else unavailable.set(name, missing)
  }
  const missing = [...unavailable].map(([column, name]) => ({ column, function: name }))
  return createPlan(`table ${spec.path}`, outputs, missing)
}

function createPlan(
  subject: string,
  outputs: readonly PlannedOutput[],
  unavailable: readonly UnavailableColumn[],
): CellPlan {
  const steps = buildSteps(outputs)
  const made = new Set(outputs.map(({ name }) => name))
  const read = outputs.flatMap(({ node }) => [...columnsOf(node)])
  const functions = new Set<FunctionDefinition>()
  for (const step of steps) if (step.kind === 'call') functions.add(step.definition)
  return Object.freeze({
    subject,
    failsAs: 'cell',
    outputs,
    inputs: new Set(read.filter((name) => !made.has(name))),
    steps,
    functions: [...functions],
    unavailable,
  })
}

/** Of the expression itself, or of a column it reads. */
function missingFunction(node: ExprNode, unavailable: ReadonlyMap<string, string>): string | undefined {
  const call = callsOf(node).find((candidate) => loadedDefinition(candidate) === undefined)
  if (call) return `${call.function.name}@${call.function.version}`
  return [...columnsOf(node)].map((column) => unavailable.get(column)).find((name) => name !== undefined)
}

function notComputed(spec: TableSpec, column: string): CellarError<'UNKNOWN_COLUMN'> {
  const known = Object.keys(spec.computed).join(', ') || 'none'
  return new CellarError('UNKNOWN_COLUMN', {
    subject: `table ${spec.path}`,
    column,
    known: `the computed columns ${known}`,
  })
}
