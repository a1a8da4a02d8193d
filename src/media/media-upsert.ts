import type { Statement } from '../database/database.ts'
import { namedStatement } from '../database/named-statement.ts'
import type { StoredMedia } from './stored-media.ts'

/** `last_seen` may be that much behind, which spares popular content a new row version for every row that names it. */
const SEEN_TOLERANCE = '1 hour'

const UPSERT = `insert into cellar.media (sha256, ext, mime, bytes, facts, last_seen)
select sha256, ext, mime, bytes, facts::jsonb, clock_timestamp()
from unnest($1::text[], $2::text[], $3::text[], $4::int8[], $5::text[]) as given (sha256, ext, mime, bytes, facts)
order by sha256 collate "C"
on conflict (sha256) do update set last_seen = excluded.last_seen
where media.last_seen < excluded.last_seen - interval '${SEEN_TOLERANCE}'`

/**
 * Enters media into the catalog. It has to run in the transaction that writes the rows that name them: their rows stay locked
 * until its end, also where nothing changes, so that a collection under way waits. In order of the hash, against deadlocks.
 */
export function mediaUpsert(media: readonly StoredMedia[]): Statement {
  const distinct = [...new Map(media.map((stored) => [stored.sha256, stored])).values()]
  const parameters = [
    distinct.map(({ sha256 }) => sha256),
    distinct.map(({ ext }) => ext),
    distinct.map(({ mime }) => mime),
    distinct.map(({ bytes }) => bytes),
    distinct.map(({ facts }) => JSON.stringify(facts)),
  ]
  return namedStatement({ sql: UPSERT, parameters })
}
