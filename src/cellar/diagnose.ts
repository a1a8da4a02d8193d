import { access, constants } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Database } from '../database/database.ts'
import { isCellarError } from '../errors/cellar-error.ts'
import type { StoreContext } from '../store/context.ts'
import { countCells } from './cell-errors.ts'
import type { Finding } from './inspector.ts'

const finding = (check: string, ok: boolean, detail: string): Finding => ({ check, ok, detail })

/** What keeps an installation from working well, checked one by one. */
export async function diagnose(context: StoreContext, database: Database): Promise<Finding[]> {
  return [
    finding('node', true, process.version),
    await checkDatabase(database),
    await checkVector(database),
    checkDurability(database),
    await checkMedia(context),
    checkSharp(),
    await checkCells(context),
    await checkJobs(database),
  ]
}

async function checkDatabase(database: Database): Promise<Finding> {
  try {
    const { rows } = await database.execute<{ version: string }>({
      text: `select current_setting('server_version') as version`,
    })
    return finding('database', true, `PostgreSQL ${rows[0]?.version}, ${database.mode}, ${database.url}`)
  } catch (error) {
    return finding('database', false, isCellarError(error) ? error.message : String(error))
  }
}

async function checkVector(database: Database): Promise<Finding> {
  const { rows } = await database.execute<{ version: string }>({
    text: `select default_version as version from pg_available_extensions where name = 'vector'`,
  })
  const [found] = rows
  return finding(
    'vector',
    true,
    found ? `extension ${found.version}` : 'extension not installed; vector columns cannot be applied',
  )
}

function checkDurability(database: Database): Finding {
  const { relaxed } = database.stats()
  return finding(
    'durability',
    !relaxed,
    relaxed ? 'relaxed: a crash loses acknowledged rows' : 'every commit is synced',
  )
}

async function checkMedia({ media }: StoreContext): Promise<Finding> {
  try {
    await access(media.root, constants.W_OK)
    return finding('media', true, media.root)
  } catch (error) {
    const missing = (error as { code?: string }).code === 'ENOENT'
    return finding('media', missing, missing ? 'no media yet' : `${media.root} cannot be written`)
  }
}

function checkSharp(): Finding {
  try {
    createRequire(import.meta.url).resolve('sharp')
    return finding('sharp', true, 'installed')
  } catch {
    return finding('sharp', true, 'not installed; the image functions need it (npm install sharp)')
  }
}

async function checkCells(context: StoreContext): Promise<Finding> {
  const counts = await Promise.all((await context.catalog.list()).map((table) => countCells(context, table)))
  const count = counts.reduce((sum, { failed, pending }) => sum + failed + pending, 0)
  return finding(
    'cells',
    true,
    count === 0 ? 'none failed, waiting or stale' : `${count} failed, waiting or stale; see \`cellar errors\``,
  )
}

async function checkJobs(database: Database): Promise<Finding> {
  const { rows } = await database.execute<{ queued: number; running: number; failed: number }>({
    text: `select count(*) filter (where state = 'queued') as queued, count(*) filter (where state = 'running') as running,
      count(*) filter (where state = 'error') as failed from cellar.jobs`,
  })
  const { queued = 0, running = 0, failed = 0 } = rows[0] ?? {}
  return finding('jobs', true, `${queued} queued, ${running} running, ${failed} failed`)
}
