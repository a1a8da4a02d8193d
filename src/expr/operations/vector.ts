import { types } from '../../types/kinds.ts'
import { firstType, type Operation, strict } from './operation.ts'

/** In JavaScript only: pgvector adds up in single precision, in an order that depends on the processor. */
export const VECTOR_OPERATIONS = {
  'vector.at': strict({
    type: types.float,
    nulls: 'always',
    sql: null,
    js: (a: Float32Array, index: number) => a.at(index) ?? null,
  }),
  'vector.dimensions': strict({ type: types.int, sql: null, js: (a: Float32Array) => a.length }),
  'vector.add': combined((a, b) => a + b),
  'vector.sub': combined((a, b) => a - b),
  'vector.scale': strict({
    type: firstType,
    nulls: 'always',
    sql: null,
    js: (a: Float32Array, factor: number) => finite(a.map((value) => value * factor)),
  }),
  'vector.normalize': strict({
    type: firstType,
    nulls: 'always',
    sql: null,
    js: (a: Float32Array) => {
      const length = norm(a)
      return length === 0 ? null : finite(a.map((value) => value / length))
    },
  }),
  'vector.dot': strict({ type: types.float, sql: null, js: dot }),
  'vector.norm': strict({ type: types.float, sql: null, js: norm }),
  'vector.l2-distance': strict({
    type: types.float,
    sql: null,
    js: (a: Float32Array, b: Float32Array) => {
      let sum = 0
      for (let i = 0; i < a.length; i += 1) sum += ((a[i] as number) - (b[i] as number)) ** 2
      return Math.sqrt(sum)
    },
  }),
  /** 1 less the cosine; null where a vector has no direction. */
  'vector.cosine-distance': strict({
    type: types.float,
    nulls: 'always',
    sql: null,
    js: (a: Float32Array, b: Float32Array) => {
      const lengths = norm(a) * norm(b)
      return lengths === 0 ? null : 1 - Math.max(-1, Math.min(1, dot(a, b) / lengths))
    },
  }),
} satisfies Record<string, Operation>

/** Null where an element of the result is beyond single precision. */
function combined(combine: (a: number, b: number) => number): Operation {
  return strict({
    type: firstType,
    nulls: 'always',
    sql: null,
    js: (a: Float32Array, b: Float32Array) => finite(a.map((value, index) => combine(value, b[index] as number))),
  })
}

function finite(vector: Float32Array): Float32Array | null {
  return vector.every(Number.isFinite) ? vector : null
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i += 1) sum += (a[i] as number) * (b[i] as number)
  return sum
}

function norm(a: Float32Array): number {
  return Math.sqrt(dot(a, a))
}
