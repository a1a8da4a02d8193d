import type { Cellar } from '../cellar/cellar.ts'
import { CellarError } from '../errors/cellar-error.ts'

/** Stands at `c.var.cellar` until the router is bound; using it says so. */
export const unboundCellar = new Proxy({} as Cellar, {
  get() {
    throw new CellarError('ROUTER_UNBOUND', {}, { retryAfter: 1 })
  },
})

declare module 'hono' {
  interface ContextVariableMap {
    /** The open database that the router is bound to. */
    cellar: Cellar
  }
}
