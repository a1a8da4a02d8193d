/** How big a generated app is. */
export interface AppShape {
  readonly tables: number
  /** Plain columns of a table, the four fixed ones included. */
  readonly columns: number
  /** Computed columns of a table. */
  readonly computed: number
  readonly routes: number
  /** Routes in one chain; the rest goes to further routers. */
  readonly routesPerRouter: number
}

export const TABLES_PER_FILE = 10

/** The app of the type budget: 200 tables, 200 queries, 200 routes. */
const budget = { tables: 200, columns: 10, computed: 3, routes: 200 }

export const APPS = {
  /** One router that grows by 200 links. */
  chain: { ...budget, routesPerRouter: 200 },
  /** The same routes by area. */
  routers: { ...budget, routesPerRouter: 10 },
  /** Twice as many routes over the same tables: the difference to `chain` is what a route costs. */
  longChain: { ...budget, routes: 400, routesPerRouter: 400 },
} as const satisfies Record<string, AppShape>

export type AppName = keyof typeof APPS
