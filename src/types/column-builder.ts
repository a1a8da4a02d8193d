import { CellarError } from '../errors/cellar-error.ts'
import { COLUMN, type ColumnSpec, type DefaultSpec } from './column-spec.ts'
import type { ColumnType } from './column-type.ts'
import { generate, generatorNameOf } from './generators.ts'
import { isInvalidValue } from './invalid-value.ts'

/** Where expressions keep their node (`expr/` is above this folder). */
const NODE = Symbol.for('cellar.node')

/** The loosely typed runtime of `Column` and its kin; `t` holds the cast between them. */
export class ColumnBuilder {
  readonly [COLUMN]: ColumnSpec

  constructor(spec: ColumnSpec) {
    this[COLUMN] = Object.freeze(spec)
    Object.freeze(this)
  }

  nullable(): ColumnBuilder {
    return this.#with({ nullable: true })
  }

  default(value: unknown): ColumnBuilder {
    return this.#with({ default: Object.freeze(parseDefault(value, this[COLUMN])) })
  }

  primaryKey(): ColumnBuilder {
    this.#assertKey('a primary key')
    return this.#with({ primaryKey: true })
  }

  unique(): ColumnBuilder {
    this.#assertKey('unique')
    return this.#with({ unique: true })
  }

  references(target: string): ColumnBuilder {
    this.#assertKey('a reference')
    if (typeof target !== 'string') throw refused(this[COLUMN].type, "references takes a name, as in 'nodes.id'")
    return this.#with({ references: target })
  }

  comment(text: string): ColumnBuilder {
    if (typeof text !== 'string' || text.includes('\0') || !text.isWellFormed())
      throw refused(this[COLUMN].type, 'a comment is text')
    return this.#with({ comment: text })
  }

  #with(change: Partial<ColumnSpec>): ColumnBuilder {
    return new ColumnBuilder({ ...this[COLUMN], ...change })
  }

  /** Only ordered types have an equality that an index can check. */
  #assertKey(what: string): void {
    const { type } = this[COLUMN]
    if (!type.ordered) throw refused(type, `such a column cannot be ${what}`)
  }
}

export function createColumn(type: ColumnType): ColumnBuilder {
  return new ColumnBuilder({ type, nullable: false, primaryKey: false, unique: false })
}

function parseDefault(value: unknown, { type, nullable }: ColumnSpec): DefaultSpec {
  if (value === null) {
    if (!nullable) throw refused(type, 'null can be the default of a nullable column only; call nullable() first')
    return { kind: 'value', value: null }
  }
  if (typeof value === 'object' && NODE in value) return expressionDefault(value[NODE], type)
  const name = generatorNameOf(value)
  try {
    if (name === undefined) return { kind: 'value', value: parseValue(value, type) }
    type.parse(generate(name))
    return { kind: 'generator', name }
  } catch (error) {
    if (!isInvalidValue(error)) throw error
    const reason = `its default${name === undefined ? '' : ` ${name}()`} ${error.issues[0]?.message}`
    throw refused(type, reason, error)
  }
}

/** Proves that the catalog can keep the value: content of media, for one, it cannot. */
function parseValue(value: unknown, type: ColumnType): unknown {
  const parsed = type.parse(value)
  return type.fromStoredJson(type.toStoredJson(parsed))
}

function expressionDefault(node: unknown, type: ColumnType): DefaultSpec {
  const kind = (node as { type?: ColumnType }).type?.kind
  if (kind === type.kind || (kind === 'int' && type.kind === 'float')) return { kind: 'expression', node }
  throw refused(type, `its default is an expression of type ${kind}`)
}

function refused(type: ColumnType, reason: string, cause?: unknown): CellarError<'INVALID_DECLARATION'> {
  return new CellarError('INVALID_DECLARATION', { subject: `t.${type.kind}`, reason }, { cause })
}
