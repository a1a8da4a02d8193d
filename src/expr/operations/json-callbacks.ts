import { types } from '../../types/kinds.ts'
import type { EvaluationContext, Evaluator } from '../evaluator.ts'
import type { ExprNode } from '../node.ts'
import { keptJson } from './json-changes.ts'
import { constantOf, type Operation } from './operation.ts'

type OfElement = (element: unknown) => unknown

/** Operands: the list, the level of its elements as a literal, an expression over the element, then what `finish` reads. */
function overElements(
  finish: (list: readonly unknown[], evaluate: OfElement, nodes: readonly ExprNode[]) => unknown,
): Operation {
  return {
    result: () => ({ type: types.json, nullable: true }),
    sql: null,
    evaluator: ([list, , body], nodes) => {
      const [source, evaluate, level] = [list as Evaluator, body as Evaluator, constantOf(nodes[1]) as number]
      return (context) => {
        const values = source(context)
        if (!Array.isArray(values)) return null
        const elements = [...(context.elements ?? [])]
        const inner: EvaluationContext = { ...context, elements }
        const ofElement = (element: unknown) => {
          elements[level] = element
          return evaluate(inner)
        }
        return finish(values, ofElement, nodes)
      }
    },
  }
}

export const JSON_CALLBACKS = {
  'json.map': overElements((list, evaluate) => keptJson(list.map(evaluate))),
  'json.filter': overElements((list, evaluate) => list.filter((element) => evaluate(element) === true)),
  /** The fourth operand is the direction. Null comes last, and elements with equal keys keep their order. */
  'json.sort': overElements((list, evaluate, nodes) => {
    const sign = constantOf(nodes[3]) === 'desc' ? -1 : 1
    const type = nodes[2]?.type ?? types.json
    const compare = (a: unknown, b: unknown) =>
      a === null || b === null ? Number(a === null) - Number(b === null) : sign * type.compare(a, b)
    return list
      .map((element) => ({ element, key: evaluate(element) }))
      .sort((a, b) => compare(a.key, b.key))
      .map(({ element }) => element)
  }),
} satisfies Record<string, Operation>
