import { randomUUID } from 'node:crypto'
import { createUuid7 } from './uuid7.ts'

/** Makes a value for each row that is given none. */
export interface Generator<out V> {
  readonly '~generates': V
}

const GENERATOR = Symbol.for('cellar.generator')

const MAKERS = {
  uuid7: () => createUuid7(),
  uuid4: () => randomUUID(),
  now: () => new Date(),
} as const

export type GeneratorName = keyof typeof MAKERS

/** UUIDs of version 7: ordered by time, so that new rows lie together in the index. */
export function uuid7(): Generator<string> {
  return createGenerator('uuid7')
}

/** Random UUIDs, which tell nothing about when a row was made. */
export function uuid4(): Generator<string> {
  return createGenerator('uuid4')
}

/** The time at which the row is made, in milliseconds. */
export function now(): Generator<Date> {
  return createGenerator('now')
}

function createGenerator<V>(name: GeneratorName): Generator<V> {
  // `~generates` exists for the type checker only.
  return Object.freeze({ [GENERATOR]: name }) as unknown as Generator<V>
}

/** The name of a generator; undefined for other values. */
export function generatorNameOf(value: unknown): GeneratorName | undefined {
  if (typeof value !== 'object' || value === null || !(GENERATOR in value)) return undefined
  const name = value[GENERATOR]
  return Object.hasOwn(MAKERS, String(name)) ? (name as GeneratorName) : undefined
}

export function generate(name: GeneratorName): string | Date {
  return MAKERS[name]()
}
