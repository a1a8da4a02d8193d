import { AsyncLocalStorage } from 'node:async_hooks'
import { CellarError } from '../errors/cellar-error.ts'

interface Scope {
  readonly owner: object
  readonly outer: Scope | undefined
  open: boolean
}

const scopes = new AsyncLocalStorage<Scope>()

/** Runs the body of a transaction so that `assertOutsideTransaction` knows about it, until the body is done. */
export async function runInScope<T>(owner: object, body: () => Promise<T>): Promise<T> {
  const scope: Scope = { owner, outer: scopes.getStore(), open: true }
  try {
    return await scopes.run(scope, body)
  } finally {
    scope.open = false
  }
}

/** A statement outside the handle would wait for the very transaction that waits for it. @throws TRANSACTION_REENTRY */
export function assertOutsideTransaction(owner: object): void {
  for (let scope = scopes.getStore(); scope !== undefined; scope = scope.outer) {
    if (scope.open && scope.owner === owner) throw new CellarError('TRANSACTION_REENTRY', {})
  }
}

/** For work that starts inside a body but lives on without it: reconnects, background loops. */
export function outsideScopes<T>(body: () => T): T {
  return scopes.exit(body)
}
