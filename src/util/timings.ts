import { AsyncLocalStorage } from 'node:async_hooks'

/** Milliseconds by name; equal names add up, overlapping ones as if they came one after the other. */
export type Timings = Map<string, number>

let storage: AsyncLocalStorage<Timings> | undefined

/** Whether anybody in this process measures; nothing else is asked where nobody does. */
export const measures = (): boolean => storage !== undefined

/** What `timed` measures within `run` is added to `timings`. */
export function withTimings<T>(timings: Timings, run: () => T): T {
  storage ??= new AsyncLocalStorage()
  return storage.run(timings, run)
}

/** Measures what is done for whoever measures around it. */
export async function timed<T>(name: string, run: () => Promise<T>): Promise<T> {
  const timings = storage?.getStore()
  if (timings === undefined) return run()
  const start = performance.now()
  try {
    return await run()
  } finally {
    timings.set(name, (timings.get(name) ?? 0) + performance.now() - start)
  }
}
