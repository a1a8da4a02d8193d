import type { Session } from '../../database/database.ts'

/** A bucket that holds `requests` tokens and is filled evenly over `seconds`. */
export interface Bucket {
  readonly requests: number
  readonly seconds: number
}

export interface Taken {
  readonly allowed: boolean
  /** Tokens that are left, as far as this process knows. */
  readonly remaining: number
  /** Seconds until there is a token again; 0 while there is one. */
  readonly retryAfter: number
  /** Seconds until the bucket is full again. */
  readonly reset: number
}

interface Lease {
  /** Tokens that this process has taken out and not given away. */
  tokens: number
  /** When they go back. */
  until: number
  /** Nothing is to be had before. */
  emptyUntil: number
  /** In the bucket when the lease was made. */
  left: number
  fullAt: number
  pending: Promise<void> | undefined
}

/** Part of a bucket that a process takes out at once, and part of the period after which it gives back what is left. */
const PART = 10
/** So many keys are remembered before those that are over are looked for. */
const SWEEP_KEYS = 10_000

/**
 * Token buckets that processes share through Postgres. Each takes tokens out in blocks of a tenth, so that not every
 * request asks the database; what it did not use within a tenth of the period it gives back with its next block. A
 * token is given away once, whoever asks, so that together they never allow more than the bucket has.
 */
export class TokenLeases {
  readonly #bucket: Bucket
  readonly #leases = new Map<string, Lease>()

  constructor(bucket: Bucket) {
    this.#bucket = bucket
  }

  async take(session: Session, key: string): Promise<Taken> {
    for (;;) {
      const lease = this.#leaseOf(key)
      const now = performance.now()
      if (lease.tokens > 0 && now < lease.until) {
        lease.tokens -= 1
        return this.#taken(lease, now, true)
      }
      if (lease.pending === undefined && now < lease.emptyUntil) return this.#taken(lease, now, false)
      lease.pending ??= this.#renew(session, key, lease).finally(() => {
        lease.pending = undefined
      })
      await lease.pending
    }
  }

  #taken(lease: Lease, now: number, allowed: boolean): Taken {
    return {
      allowed,
      remaining: allowed ? lease.tokens + lease.left : 0,
      retryAfter: allowed ? 0 : Math.max(1, Math.ceil((lease.emptyUntil - now) / 1000)),
      reset: Math.max(0, Math.ceil((lease.fullAt - now) / 1000)),
    }
  }

  #leaseOf(key: string): Lease {
    const known = this.#leases.get(key)
    if (known) return known
    if (this.#leases.size >= SWEEP_KEYS) this.#sweep()
    const lease = { tokens: 0, until: 0, emptyUntil: 0, left: 0, fullAt: 0, pending: undefined }
    this.#leases.set(key, lease)
    return lease
  }

  /** The oldest go, should all be in use. Their tokens come back to the bucket as time passes. */
  #sweep(): void {
    const now = performance.now()
    for (const [key, lease] of this.#leases)
      if (lease.pending === undefined && lease.until < now && lease.emptyUntil < now) this.#leases.delete(key)
    for (const key of this.#leases.keys()) {
      if (this.#leases.size < SWEEP_KEYS) break
      this.#leases.delete(key)
    }
  }

  async #renew(session: Session, key: string, lease: Lease): Promise<void> {
    const { requests, seconds } = this.#bucket
    const unused = lease.tokens
    lease.tokens = 0
    const period = seconds * 1000
    const interval = period / requests
    const { rows } = await session.execute<{ granted: number; full_in: number }>({
      name: 'cellar_take_tokens',
      text: TAKE,
      values: [key, Math.max(1, Math.floor(requests / PART)), interval, period, unused],
    })
    const { granted = 0, full_in: fullIn = 0 } = rows[0] ?? {}
    const now = performance.now()
    lease.tokens = granted
    lease.until = now + period / PART
    lease.left = Math.max(0, Math.floor((period - fullIn) / interval))
    lease.fullAt = now + fullIn
    lease.emptyUntil = granted > 0 ? 0 : now + Math.max(1, fullIn + interval - period)
  }
}

/**
 * The time at which a bucket is full says how many tokens it has: one for each interval before the period is over.
 * `excluded` carries the time, so that all parts of the statement mean the same moment.
 */
const TAKE = `insert into cellar.rate_limits as r (key, full_at, granted)
  select $1, now_ms + $2::int * $3::float8, $2::int
    from (select extract(epoch from clock_timestamp())::float8 * 1000 as now_ms) as clock
  on conflict (key) do update set (full_at, granted) = (
    select full_at + taken * $3::float8, taken from (
      select full_at, least($2::int, greatest(0, floor(($4::float8 - full_at + now_ms) / $3::float8 + 1e-6)))::int as taken
      from (select greatest(r.full_at - $5::int * $3::float8, now_ms) as full_at, now_ms
        from (select excluded.full_at - excluded.granted * $3::float8 as now_ms) as clock) as bucket) as taking)
  returning granted, full_at - extract(epoch from clock_timestamp())::float8 * 1000 as full_in`

/** Buckets that are full need no row. */
export async function forgetFullBuckets(session: Session): Promise<void> {
  await session.execute({
    text: 'delete from cellar.rate_limits where full_at < extract(epoch from clock_timestamp()) * 1000',
  })
}
