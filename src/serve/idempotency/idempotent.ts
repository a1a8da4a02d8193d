import type { Session } from '../../database/database.ts'
import { CellarError } from '../../errors/cellar-error.ts'
import type { StoreContext } from '../../store/context.ts'
import type { Answer } from '../respond/answer.ts'
import { findAnswer, type KeptAnswer, type KeyScope, keepAnswer } from './records.ts'

/** Printable ASCII, as headers have it. */
const KEY = /^[\x21-\x7e]{1,255}$/

/** @throws INVALID_VALUE */
export function readKey(header: string | undefined): string | undefined {
  if (header === undefined || KEY.test(header)) return header
  const message = 'must have 1 to 255 printable characters without spaces'
  throw new CellarError(
    'INVALID_VALUE',
    { subject: 'The request', reason: `Idempotency-Key ${message}` },
    { issues: [{ path: ['Idempotency-Key'], message, code: 'INVALID_VALUE' }] },
  )
}

/** Keeps an answer in the transaction of what it is the answer to. */
export type Keep = (session: Session, result: unknown, more?: Omit<Answer, 'body'>) => Promise<void>

/** A request with a key, and how it is done. */
export interface KeyedRequest {
  readonly scope: KeyScope
  /** Hash of the input. */
  readonly request: string
  /** Does what is asked and calls `keep` in the transaction of the write, where there is one. */
  run(keep: Keep): Promise<Answer>
  /** The answer of an earlier request. */
  replay(kept: KeptAnswer): Answer
}

/** Requests with one key that this process works on. */
const running = new WeakMap<object, Map<string, Promise<unknown>>>()

/** Somebody else's write with the key was first. */
class Overtaken extends Error {}

/**
 * Does a request once: its answer is kept in the transaction of what it writes, and given again to whoever sends the
 * key again. Twins of one process wait for each other; a twin in another process is undone when it comes second. What
 * fails keeps nothing.
 *
 * @throws IDEMPOTENCY_KEY_REUSED when the key came with another input before
 */
export async function idempotent({ database }: StoreContext, request: KeyedRequest): Promise<Answer> {
  const { scope } = request
  const name = JSON.stringify([scope.route, scope.principal, scope.key])
  const turns = running.get(database) ?? new Map<string, Promise<unknown>>()
  running.set(database, turns)
  while (turns.has(name)) await turns.get(name)
  const turn = once(database, request)
  const ended = turn.then(
    () => {},
    () => {},
  )
  turns.set(name, ended)
  try {
    return await turn
  } finally {
    turns.delete(name)
  }
}

async function once(database: StoreContext['database'], request: KeyedRequest): Promise<Answer> {
  const known = await find(database, request)
  if (known) return known
  let kept = false
  const keep: Keep = async (session, result, { status = 200, headers } = {}) => {
    const answer = { request: request.request, status, result, headers: headers ?? null }
    if (!(await keepAnswer(session, request.scope, answer))) throw new Overtaken()
    kept = true
  }
  try {
    const answer = await request.run(keep)
    // Nothing was written, as by a delete that matched no row: there was no transaction to keep it in.
    if (!kept) await keep(database, answer.body, answer)
    return answer
  } catch (error) {
    // The twin's row may be in the way of ours before its answer is.
    const winner = await find(database, request)
    if (winner) return winner
    if (error instanceof Overtaken) throw new CellarError('TRANSACTION_CONFLICT', { attempts: 1 })
    throw error
  }
}

async function find(database: StoreContext['database'], request: KeyedRequest): Promise<Answer | undefined> {
  const kept = await findAnswer(database, request.scope)
  if (kept === undefined) return undefined
  if (kept.request !== request.request) throw new CellarError('IDEMPOTENCY_KEY_REUSED', { key: request.scope.key })
  return request.replay(kept)
}
