import type { Session } from '../database/database.ts'
import type { StoreContext } from './context.ts'
import { type PruneOptions, pruneHistory } from './prune-history.ts'
import { pruneVersions } from './prune-versions.ts'

const EVERY = '6 hours'
const SETTING = 'pruned-at'

export interface Pruned {
  /** Former rows. */
  readonly history: number
  /** Numbers of operations. */
  readonly versions: number
}

/** Removes what is kept no longer: former rows, then the numbers that they were the last to need. */
export async function prune(context: StoreContext, options: PruneOptions = {}): Promise<Pruned> {
  const history = await pruneHistory(context, options)
  const versions = await pruneVersions(context, options)
  // What was cut off is due for whoever comes next.
  if (!options.signal?.aborted) await noteTime(context.database)
  return { history, versions }
}

/** Prunes if nobody has for some hours; costs one look-up otherwise. Undefined when it was not due. */
export async function pruneWhenDue(context: StoreContext, options: PruneOptions = {}): Promise<Pruned | undefined> {
  const { rows } = await context.database.execute<{ due: boolean }>({
    name: 'cellar-prune-due',
    text: `select value::timestamptz < now() - interval '${EVERY}' as due from cellar.settings where name = $1`,
    values: [SETTING],
  })
  const due = rows[0]?.due
  // A new database has nothing to prune.
  if (due === undefined) await noteTime(context.database)
  return due ? prune(context, options) : undefined
}

async function noteTime(session: Session): Promise<void> {
  await session.execute({
    text: `insert into cellar.settings (name, value) values ($1, now()::text)
      on conflict (name) do update set value = excluded.value`,
    values: [SETTING],
  })
}
