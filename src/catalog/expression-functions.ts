import { hash } from 'node:crypto'
import type { Database, Session } from '../database/database.ts'
import { SQL_FUNCTIONS } from '../expr/sql-functions/all.ts'
import { lockCatalog } from './locking.ts'

const NAME = 'expression-functions'

/** Creates the SQL functions that expressions compile to, unless the database has exactly these. */
export async function ensureExpressionFunctions(database: Database): Promise<void> {
  const wanted = hash('sha256', SQL_FUNCTIONS, 'hex')
  if ((await present(database)) === wanted) return
  await database.transaction(async (tx) => {
    await lockCatalog(tx)
    if ((await present(tx)) === wanted) return
    await tx.execute({ text: SQL_FUNCTIONS })
    await tx.execute({
      text: `insert into cellar.settings (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value`,
      values: [NAME, wanted],
    })
  })
}

async function present(session: Session): Promise<string | undefined> {
  const { rows } = await session.execute<{ value: string }>({
    text: 'select value from cellar.settings where name = $1',
    values: [NAME],
  })
  return rows[0]?.value
}
