import type { Result, Router } from 'hono/router'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { SmartRouter } from 'hono/router/smart-router'
import { TrieRouter } from 'hono/router/trie-router'
import type { H, RouterRoute } from 'hono/types'
import { CellarError } from '../errors/cellar-error.ts'

type Entry = [H, RouterRoute]

/**
 * Hono's router, filled late: hand-written routes are collected in `routes` until the first match or mount, then
 * `arrange` decides what is registered and in which order. Adding afterwards throws ROUTER_SEALED.
 */
export class DeferredRouter implements Router<Entry> {
  readonly name = 'DeferredRouter'
  /** What Hono pushes its records to. */
  readonly routes: RouterRoute[] = []
  readonly #arrange: (written: readonly RouterRoute[]) => readonly RouterRoute[]
  #last: RouterRoute | undefined
  #sharing = false
  #inner: Router<Entry> | undefined

  constructor(arrange: (written: readonly RouterRoute[]) => readonly RouterRoute[]) {
    this.#arrange = arrange
  }

  get sealed(): boolean {
    return this.#inner !== undefined
  }

  add(method: string, path: string, [, route]: Entry): void {
    if (this.#inner) throw new CellarError('ROUTER_SEALED', { route: `${method} ${path}` })
    this.#last = route
  }

  /**
   * The routes of the app, read by whoever mounts it. Hono itself reads them to push the record it has just given to
   * `add`; that is told apart by the record not being in the list yet.
   */
  readRoutes(): RouterRoute[] {
    const pushing = this.#last !== undefined && this.routes.at(-1) !== this.#last
    if (!pushing && !this.#sharing) this.seal()
    return this.routes
  }

  /** Runs what reads the routes without wanting them: Hono's `basePath` shares the list with its copy of the app. */
  share<T>(run: () => T): T {
    this.#sharing = true
    try {
      return run()
    } finally {
      this.#sharing = false
    }
  }

  match(method: string, path: string): Result<Entry> {
    return this.seal().match(method, path)
  }

  seal(): Router<Entry> {
    if (this.#inner) return this.#inner
    const arranged = this.#arrange([...this.routes])
    const inner = new SmartRouter<Entry>({ routers: [new RegExpRouter(), new TrieRouter()] })
    for (const route of arranged) inner.add(route.method, route.path, [route.handler, route])
    this.routes.splice(0, this.routes.length, ...arranged)
    this.#inner = inner
    this.match = (method, path) => inner.match(method, path)
    return inner
  }
}
