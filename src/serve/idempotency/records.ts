import type { Session } from '../../database/database.ts'
import { jsonbText } from '../../util/jsonb-text.ts'

/** Whose key it is: keys of other routes and callers are other keys. */
export interface KeyScope {
  readonly route: string
  /** Empty without `auth`. */
  readonly principal: string
  readonly key: string
}

/** What the first request with a key asked and was answered. Media in `result` are cells, so that URLs are made anew. */
export interface KeptAnswer {
  /** Hash of the input. */
  readonly request: string
  readonly status: number
  readonly result: unknown
  readonly headers: Readonly<Record<string, string>> | null
}

/** Hours that an answer is kept. */
const KEPT_HOURS = 24

export async function findAnswer(
  session: Session,
  { route, principal, key }: KeyScope,
): Promise<KeptAnswer | undefined> {
  const { rows } = await session.execute<KeptAnswer>({
    name: 'cellar-idempotency-find',
    text: `select encode(request, 'hex') as request, status, result, headers from cellar.idempotency
      where route = $1 and principal = $2 and key = $3 and created_at > now() - interval '${KEPT_HOURS} hours'`,
    values: [route, principal, key],
  })
  return rows[0]
}

/** False when the key has an answer already; waits for a transaction that is about to give it one. */
export async function keepAnswer(session: Session, scope: KeyScope, answer: KeptAnswer): Promise<boolean> {
  const { rows } = await session.execute({
    name: 'cellar-idempotency-keep',
    text: `insert into cellar.idempotency as i (route, principal, key, request, status, result, headers)
      values ($1, $2, $3, decode($4, 'hex'), $5, $6::jsonb, $7::jsonb)
      on conflict (route, principal, key) do update
        set request = excluded.request, status = excluded.status, result = excluded.result, headers = excluded.headers,
          created_at = excluded.created_at
        where i.created_at <= now() - interval '${KEPT_HOURS} hours'
      returning 1`,
    values: [
      scope.route,
      scope.principal,
      scope.key,
      answer.request,
      answer.status,
      answer.result === undefined ? null : jsonbText(answer.result),
      answer.headers === null ? null : JSON.stringify(answer.headers),
    ],
  })
  return rows.length > 0
}

/** Deletes the answers that are kept no longer. */
export async function expireAnswers(session: Session): Promise<number> {
  const { count } = await session.execute({
    text: `delete from cellar.idempotency where created_at <= now() - interval '${KEPT_HOURS} hours'`,
    values: [],
  })
  return count
}
