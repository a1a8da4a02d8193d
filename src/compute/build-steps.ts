import { CellarError } from '../errors/cellar-error.ts'
import type { CallNode } from '../expr/call-node.ts'
import { compileEvaluator } from '../expr/compile-evaluator.ts'
import type { ExprNode } from '../expr/node.ts'
import { typedResult } from '../expr/node-json.ts'
import { nodeKey } from '../expr/node-key.ts'
import { columnsOf } from '../expr/walk.ts'
import { withResult } from '../func/concrete-function.ts'
import type { FunctionDefinition } from '../func/function-definition.ts'
import { findFunction } from '../func/registry.ts'
import type { PlannedOutput } from './cell-plan.ts'
import { type Condition, type Occurrences, occurrencesOf } from './occurrences.ts'
import type { CallArgument, CallStep, Guard, Step } from './step.ts'

/**
 * Lays out outputs as steps. An equal call in a later output gets a step of its own, placed after the earlier one,
 * whose result it takes: so that the conditions of one output never wait for those of another.
 */
export function buildSteps(outputs: readonly PlannedOutput[]): Step[] {
  const layout: Layout = { steps: [], outputs: new Map(), lastOfKey: new Map() }
  outputs.forEach((output, position) => {
    addOutput(layout, output, position)
  })
  return layout.steps
}

interface Layout {
  readonly steps: Step[]
  /** Positions of the output steps so far. */
  readonly outputs: Map<string, number>
  readonly lastOfKey: Map<string, number>
}

/** The calls of one output: where each stands, and what has been laid out. */
interface Local {
  readonly occurrences: Occurrences
  readonly placed: Map<string, number>
  /** Calls whose dependencies are being laid out. */
  readonly open: Set<string>
}

function addOutput(layout: Layout, output: PlannedOutput, position: number): void {
  const local: Local = { occurrences: occurrencesOf(output.node), placed: new Map(), open: new Set() }
  for (const { call } of local.occurrences.values()) placeCall(layout, local, call)
  const after = [...local.placed.values(), ...columnSteps(layout, [output.node])]
  const evaluate = compileEvaluator(output.node)
  const index = layout.steps.length
  layout.steps.push({ kind: 'output', index, after: distinct(after), output: position, name: output.name, evaluate })
  layout.outputs.set(output.name, index)
}

function placeCall(layout: Layout, local: Local, call: CallNode): number {
  const key = nodeKey(call)
  const placed = local.placed.get(key)
  if (placed !== undefined) return placed
  local.open.add(key)
  const needed = neededOf(local, key)
  const read = [...Object.values(call.args), ...(needed ?? []).flat().map(({ node }) => node)]
  const after = columnSteps(layout, read)
  for (const node of read)
    for (const { call: inner } of occurrencesOf(node).values()) after.push(placeCall(layout, local, inner))
  const earlier = layout.lastOfKey.get(key)
  if (earlier !== undefined) after.push(earlier)
  local.open.delete(key)
  const index = layout.steps.length
  const step: CallStep = {
    kind: 'call',
    index,
    after: distinct(after),
    key,
    node: call,
    definition: definitionOf(call),
    args: argumentsOf(call),
    needed: needed?.map((conditions) => conditions.map(guardOf)),
  }
  layout.steps.push(step)
  layout.lastOfKey.set(key, index)
  local.placed.set(key, index)
  return index
}

/**
 * The conditions under which a call is needed. Two calls can stand in branches that depend on each other; there the
 * conditions that would wait in a circle are left out, and the call is made without need.
 */
function neededOf(local: Local, key: string): readonly (readonly Condition[])[] | undefined {
  const conditions = (local.occurrences.get(key)?.needed ?? [[]]).map((all) => {
    const circular = all.findIndex(({ node }) => [...occurrencesOf(node).keys()].some((inner) => local.open.has(inner)))
    return circular === -1 ? all : all.slice(0, circular)
  })
  return conditions.some((all) => all.length === 0) ? undefined : conditions
}

function guardOf({ node, test }: Condition): Guard {
  return { evaluate: compileEvaluator(node), test }
}

/** @throws FUNCTION_UNAVAILABLE */
function definitionOf(call: CallNode): FunctionDefinition {
  const definition = loadedDefinition(call)
  if (definition) return definition
  throw new CellarError('FUNCTION_UNAVAILABLE', {
    function: `${call.function.name}@${call.function.version}`,
    reason: 'the module that defines it was not imported in this process',
  })
}

export function loadedDefinition(call: CallNode): FunctionDefinition | undefined {
  if (call.definition) return call.definition
  const declared = findFunction(call.function.name, call.function.version)
  return declared && withResult(declared, typedResult(call))
}

function argumentsOf(call: CallNode): CallArgument[] {
  const specs = Object.entries(definitionOf(call).args)
  return specs.map(([name, spec]) => {
    const node = call.args[name]
    const constant = spec.default?.kind === 'value' ? spec.default.value : null
    return { name, nullable: spec.nullable, evaluate: node ? compileEvaluator(node) : () => constant }
  })
}

function columnSteps(layout: Layout, nodes: readonly ExprNode[]): number[] {
  const names = nodes.flatMap((node) => [...columnsOf(node)])
  return names.map((name) => layout.outputs.get(name)).filter((index) => index !== undefined)
}

function distinct(values: readonly number[]): number[] {
  return [...new Set(values)]
}
