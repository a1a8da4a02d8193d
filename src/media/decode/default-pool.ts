import { DecoderPool } from './decoder-pool.ts'

let pool: DecoderPool | undefined

/** The pool that all of a process share, made on first use: the cores are shared as well. */
export function defaultPool(): DecoderPool {
  pool ??= new DecoderPool()
  return pool
}
