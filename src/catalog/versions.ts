import type { Session } from '../database/database.ts'

export interface NewVersion {
  readonly operation: string
  readonly tableId?: number
  readonly actor?: string | undefined
}

/** Draws the next version and records what it is. Call it when the locks of what it covers are held. */
export async function recordVersion(tx: Session, { operation, tableId, actor }: NewVersion): Promise<number> {
  const { rows } = await tx.execute<{ version: number }>({
    text: `insert into cellar.versions (version, operation, table_id, actor)
      values (nextval('cellar.version_seq'), $1, $2, $3) returning version`,
    values: [operation, tableId ?? null, actor ?? null],
  })
  return Number(rows[0]?.version)
}

export async function newestVersion(session: Session): Promise<number> {
  const { rows } = await session.execute<{ version: number }>({
    text: 'select coalesce(max(version), 0) as version from cellar.versions',
  })
  return Number(rows[0]?.version)
}
