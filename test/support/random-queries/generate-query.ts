import type { Choices } from './choices.ts'
import {
  type ColumnTypes,
  columnTypesOf,
  type Expression,
  type FromItem,
  JOIN_TYPES,
  type Join,
  keyNames,
  outputsOf,
  partsOf,
  SET_OPERATORS,
  type SelectQuery,
  type Term,
  type Type,
} from './description.ts'
import {
  generateAggregate,
  generateExpression,
  generateLateValue,
  generateTerm,
  ORDERED,
  type Reach,
  termOf,
} from './generate-expression.ts'
import { generateJoinCondition } from './generate-join.ts'
import { TABLE_COLUMNS } from './tables.ts'

interface QueryOptions {
  /** The columns that it has to have. */
  readonly columns?: ColumnTypes
  readonly oneRow?: boolean
  readonly outer: readonly Expression[]
  readonly level: number
  readonly javaScript: boolean
}

type Selected = Pick<SelectQuery, 'id' | 'from' | 'joins' | 'wheres' | 'keys' | 'havings' | 'select' | 'distinct'>

function hasKind(expression: Expression, kinds: readonly Expression['kind'][]): boolean {
  return kinds.includes(expression.kind) || partsOf(expression).some((part) => hasKind(part, kinds))
}

/** A condition that is true for a good part of the rows. */
function generateCondition(choices: Choices, reach: Reach): Expression {
  const some = generateExpression(choices, 'bool', reach, 3)
  const other: Expression =
    some.kind === 'column' || !choices.percent(50)
      ? { kind: 'call', type: 'bool', name: 'isNull:bool', operands: [some] }
      : generateExpression(choices, 'bool', reach, 2)
  return some.kind !== 'column' && choices.percent(40)
    ? some
    : { kind: 'call', type: 'bool', name: 'or', operands: [some, other] }
}

/** Makes queries from choices, each source and query with a number of its own. */
export class QueryGenerator {
  readonly #choices: Choices
  #last = 0

  constructor(choices: Choices) {
    this.#choices = choices
  }

  /** A query to run. */
  whole(): SelectQuery {
    return this.#query({ outer: [], level: 1 + this.#choices.below(2), javaScript: this.#choices.percent(75) })
  }

  #query(options: QueryOptions): SelectQuery {
    const choices = this.#choices
    const id = this.#number()
    const from = this.#from(options)
    const joins = this.#joins(from, options)
    const sources = [from, ...joins.map((join) => join.from)]
    const rows = this.#rowsReach(sources, options)
    const grouped = options.oneRow ? choices.percent(50) : choices.percent(35)
    const wheres = choices.times(choices.pick([0, 0, 1, 1, 2]), () => generateCondition(choices, rows))
    const keys = grouped ? this.#keys(id, rows, options.oneRow ? 0 : choices.below(3)) : undefined
    const reach = keys ? this.#groupsReach(id, keys, rows) : rows
    const havings = keys && choices.percent(30) ? [generateCondition(choices, { ...reach, windows: false })] : []
    const cut =
      options.oneRow && !(keys && Object.keys(keys).length === 0) ? 'one' : choices.percent(50) ? 'some' : 'none'
    // What JavaScript makes of a window has few values: the rows are hardly ever distinct by themselves.
    const fewValues = !keys && options.javaScript && !options.columns && choices.percent(6)
    const unselected = options.columns === undefined && (!keys || Object.keys(keys).length > 0) && choices.percent(25)
    const chosen = unselected ? undefined : this.#select(reach, options.columns, cut !== 'none')
    const select = fewValues ? { o0: generateLateValue(choices, reach) } : chosen
    const selected = { id, from, joins, wheres, keys, havings, select, distinct: choices.percent(fewValues ? 60 : 15) }
    const { order, total } = this.#order(selected, reach, cut !== 'none')
    const limited = total && cut !== 'none'
    const limit = !limited ? undefined : cut === 'one' ? 1 : choices.pick([undefined, 1, 2, 3, 5, 0])
    const offset = limited && cut === 'some' && choices.percent(50) ? choices.below(4) : undefined
    const late = this.#lateCondition(selected)
    const shuffle = choices.times(9, () => choices.below(1000))
    return { ...selected, wheres: [...wheres, ...late], order, total, limit, offset, shuffle }
  }

  #number(): number {
    this.#last += 1
    return this.#last
  }

  #from(options: QueryOptions, kinds = 10): FromItem {
    const choices = this.#choices
    const id = this.#number()
    const kind = options.level > 0 ? choices.below(kinds) : 0
    const inner = { outer: options.outer, level: options.level - 1, javaScript: options.javaScript }
    if (kind === 8) {
      const query = this.#query(inner)
      return { kind: 'query', id, query, columns: columnTypesOf(query) }
    }
    if (kind === 9) {
      const names = ['p', 'q', 'r'].slice(0, 1 + choices.below(3))
      const columns = Object.fromEntries(names.map((name) => [name, choices.pick(ORDERED)]))
      const [left, right] = [this.#query({ ...inner, columns }), this.#query({ ...inner, columns })]
      return { kind: 'set', id, operator: choices.pick(SET_OPERATORS), left, right, columns }
    }
    const table = choices.percent(6) ? 'nothing' : choices.pick(['items', 'parts'])
    return { kind: 'table', id, table, columns: TABLE_COLUMNS[table] ?? {} }
  }

  #joins(from: FromItem, options: QueryOptions): readonly Join[] {
    const choices = this.#choices
    const froms = choices.times(choices.pick([0, 0, 1, 1, 2]), () => this.#from(options))
    const types = froms.map(() => choices.pick(JOIN_TYPES))
    return froms.map((joined, index): Join => {
      const type = types[index] ?? 'inner'
      const left = [from, ...froms.slice(0, index)]
      const later = types.slice(index)
      const pairs = type === 'inner' && !later.some((other) => other === 'right' || other === 'full')
      const on =
        type === 'cross' || choices.percent(5)
          ? true
          : generateJoinCondition(choices, {
              left: left.map((source) => this.#rowsReach([source], options)),
              right: this.#rowsReach([joined], options),
              both: this.#rowsReach([...left, joined], options),
              pairs,
              full: type === 'full',
            })
      return { type, from: joined, on }
    })
  }

  #rowsReach(sources: readonly FromItem[], { outer, level, javaScript }: QueryOptions): Reach {
    const names = sources.flatMap(({ id, columns }) =>
      Object.entries(columns).map(([name, type]) => ({ kind: 'column', source: id, name, type }) as const),
    )
    const identity = sources.every((source) => source.kind === 'table')
      ? names.filter(({ name }) => name === 'id')
      : undefined
    return { names, windows: false, identity, javaScript, level, outer, subquery: (options) => this.#subquery(options) }
  }

  #groupsReach(id: number, keys: Readonly<Record<string, Expression>>, rows: Reach): Reach {
    const named = Object.values(keyNames(id, keys))
    // Instead of a key its expression can be written once more.
    const again = Object.values(keys).filter((key) => !hasKind(key, ['exists', 'scalar', 'in-query']))
    return { ...rows, names: [...named, ...again], rows: { ...rows, windows: false }, identity: named }
  }

  #subquery({ type, ...options }: Parameters<Reach['subquery']>[0]): SelectQuery {
    return this.#query({ ...options, ...(type ? { columns: { v: type } } : {}) })
  }

  #keys(id: number, rows: Reach, count: number): Readonly<Record<string, Expression>> {
    const choices = this.#choices
    const keys = choices.times(count, (index) => [
      `k${id}n${index}`,
      generateExpression(choices, choices.pick(ORDERED), rows, choices.below(3)),
    ])
    return Object.fromEntries(keys)
  }

  #select(reach: Reach, columns: ColumnTypes | undefined, ordered: boolean): Readonly<Record<string, Expression>> {
    const choices = this.#choices
    const inSelect = { ...reach, windows: true }
    const ofAll = reach.rows && reach.names.length === 0 ? reach.rows : undefined
    let summarized = false
    const make = (type: Type) => {
      const made = generateExpression(choices, type, inSelect, 2)
      if (!ofAll || summarized || hasKind(made, ['aggregate'])) return made
      // Without keys it is an aggregate that makes a group of all rows.
      summarized = true
      return generateAggregate(choices, type, { ...ofAll, identity: undefined }) ?? made
    }
    if (columns) return Object.fromEntries(Object.entries(columns).map(([name, type]) => [name, make(type)]))
    const made = choices.times(1 + choices.below(3), (index): [string, Expression] => {
      if (ordered || index === 0 || !choices.percent(30)) return [`o${index}`, make(choices.pick(ORDERED))]
      const list = reach.rows && generateAggregate(choices, 'list', reach.rows)
      if (list) return [`o${index}`, list]
      const json = reach.rows ? undefined : reach.names.find((name) => name.type === 'json')
      return [`o${index}`, json ? generateExpression(choices, 'json', reach, 1) : make('int')]
    })
    return Object.fromEntries(made)
  }

  /** Terms, and whether they leave no two different rows equal. */
  #order(query: Selected, reach: Reach, wanted: boolean): { order: readonly Term[]; total: boolean } {
    const choices = this.#choices
    const outputs = Object.entries(outputsOf(query))
    const inOutputs = query.select !== undefined && (query.distinct ? true : choices.percent(50))
    const results = outputs.map(
      ([name, of]): Expression => (inOutputs ? { kind: 'output', query: query.id, name, of, type: of.type } : of),
    )
    const sortable = results.filter(({ type }) => ORDERED.includes(type))
    const total = wanted && sortable.length === results.length
    const some = choices.times(choices.pick([0, 1, 1, 2]), () => {
      if (query.distinct) return sortable.length > 0 ? [termOf(choices, choices.pick(sortable))] : []
      if (!inOutputs) return [generateTerm(choices, { ...reach, windows: true }, 2)]
      const names = { ...reach, names: results, windows: false, identity: undefined, level: 0, outer: [] }
      const { rows: _, ...outputsReach } = names
      return [generateTerm(choices, outputsReach, 1)]
    })
    const order = [...some.flat(), ...(total ? sortable.map((expression) => termOf(choices, expression)) : [])]
    return { order, total }
  }

  /** A condition on selected columns is one on the rows that they are made of. */
  #lateCondition(query: Selected): readonly Expression[] {
    if (!query.select || !this.#choices.percent(15)) return []
    const names = Object.entries(query.select).flatMap(([name, of]) =>
      !hasKind(of, ['aggregate', 'window'])
        ? [{ kind: 'output', query: query.id, name, of, type: of.type } as const]
        : [],
    )
    if (names.length === 0) return []
    const reach = this.#rowsReach([], { outer: [], level: 0, javaScript: false })
    return [generateExpression(this.#choices, 'bool', { ...reach, names }, 2)]
  }
}
