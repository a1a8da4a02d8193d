import type { Database, Session } from '../database/database.ts'
import { CellarError } from '../errors/cellar-error.ts'
import { changeDefinitions, type DefinitionOptions, notifySchema } from './locking.ts'
import { referencingTables } from './references.ts'
import { loadTables } from './stored-table.ts'
import { historySql, tableSql } from './table-names.ts'
import { recordVersion } from './versions.ts'

/** Drops a table with its rows and its history. @throws TABLE_NOT_FOUND, TABLE_IN_USE while other tables reference it */
export async function dropTable(database: Database, path: string, options: DefinitionOptions = {}): Promise<void> {
  await changeDefinitions(database, (tx) => dropInTransaction(tx, path), options)
}

async function dropInTransaction(tx: Session, path: string): Promise<void> {
  const tables = await loadTables(tx)
  const stored = tables.get(path)
  if (!stored) throw new CellarError('TABLE_NOT_FOUND', { table: path })
  const users = referencingTables(
    path,
    [...tables.values()].map(({ applied }) => applied.spec),
  )
  if (users.length > 0) {
    throw new CellarError('TABLE_IN_USE', { table: path, reason: `${users.join(', ')} refers to it` })
  }
  await tx.execute({ text: `drop table if exists ${historySql(path)}, ${tableSql(path)}` })
  await tx.execute({ text: 'delete from cellar.tables where id = $1', values: [stored.id] })
  await recordVersion(tx, { operation: 'drop', tableId: stored.id })
  await notifySchema(tx, path)
}
