import { types } from '../../types/kinds.ts'
import { NODE } from '../expression.ts'
import { literalNode } from '../literal-node.ts'
import type { ExprNode } from '../node.ts'
import { applyOperation, type OperationName } from '../operations/table.ts'
import { isUnit, stepsOf, unitOf } from './durations.ts'
import { OrderedBuilder } from './ordered.ts'

/** What timestamps and dates have in common; a date is worked with as its first moment in UTC. */
export abstract class CalendarBuilder extends OrderedBuilder {
  /** Plural units that durations and differences of the kind know. */
  protected abstract readonly units: readonly string[]
  /** The first moment of a date. */
  protected abstract moment(node?: ExprNode): ExprNode
  /** A moment as a value of the kind. */
  protected abstract result(node: ExprNode): ExprNode

  quarter() {
    return this.onMoment('timestamp.quarter')
  }

  week() {
    return this.onMoment('timestamp.week')
  }

  isoYear() {
    return this.onMoment('timestamp.iso-year')
  }

  dayOfWeek() {
    return this.onMoment('timestamp.day-of-week')
  }

  dayOfYear() {
    return this.onMoment('timestamp.day-of-year')
  }

  format(pattern: unknown) {
    if (typeof pattern !== 'string') throw this.refused('format', 'its pattern is a text')
    return this.onMoment('timestamp.format', literalNode(types.string.parse(pattern), types.string))
  }

  add(duration: unknown) {
    return this.#shifted('add', duration, 1)
  }

  sub(duration: unknown) {
    return this.#shifted('sub', duration, -1)
  }

  diff(other: unknown, plural: unknown) {
    const unit = this.#known('diff', plural)
    const operands = [this.moment(), this.moment(this.operand('diff', other, this[NODE].type))]
    if (unit === 'millisecond') return this.wrap(applyOperation('timestamp.diff', ...operands))
    return this.wrap(applyOperation('timestamp.diff-units', ...operands, literalNode(unit, types.string)))
  }

  truncate(unit: unknown) {
    if (!isUnit(unit) || !this.units.includes(`${unit}s`)) throw this.refused('truncate', this.#advice(''))
    const unitNode = literalNode(unit, types.string)
    return this.wrap(this.result(applyOperation('timestamp.truncate', this.moment(), unitNode)))
  }

  replace(parts: unknown) {
    const given = this.#entries('replace', parts)
    const unknown = given.find(
      ([name]) => !isUnit(name) || !this.units.includes(`${name}s`) || /week|quarter/.test(name),
    )
    if (unknown) throw this.refused('replace', `it has no part ${unknown[0]}`)
    if (given.length === 0) return this
    const names = literalNode(given.map(([name]) => name).join(','), types.string)
    const values = given.map(([, value]) => this.operand('replace', value, types.int))
    return this.wrap(this.result(applyOperation('timestamp.replace', this.moment(), names, ...values)))
  }

  protected onMoment(operation: OperationName, ...operands: readonly ExprNode[]): unknown {
    return this.wrap(applyOperation(operation, this.moment(), ...operands))
  }

  #shifted(method: string, duration: unknown, sign: number) {
    const given = this.#entries(method, duration)
    for (const [plural] of given) this.#known(method, plural)
    const operand = (value: unknown) => this.operand(method, value, types.int)
    const { months, milliseconds } = stepsOf(Object.fromEntries(given), sign, operand)
    let node = this.moment()
    if (months) node = applyOperation('timestamp.add-months', node, months)
    if (milliseconds) node = applyOperation('timestamp.add-milliseconds', node, milliseconds)
    return this.wrap(this.result(node))
  }

  #entries(method: string, value: unknown): [string, unknown][] {
    if (typeof value !== 'object' || value === null) throw this.refused(method, 'it takes an object')
    return Object.entries(value).filter(([, member]) => member !== undefined)
  }

  #known(method: string, plural: unknown): string {
    const unit = unitOf(plural)
    if (unit === undefined || !this.units.includes(plural as string)) throw this.refused(method, this.#advice('s'))
    return unit
  }

  #advice(ending: string): string {
    return `its units are ${this.units.map((unit) => unit.slice(0, -1) + ending).join(', ')}`
  }
}
