import type { Database } from '../database.ts'
import { Port } from '../port.ts'
import { PoolSource, type PoolSourceOptions } from './pool-source.ts'
import { checkRequirements } from './requirements.ts'

/** @throws DATABASE_UNAVAILABLE, DATABASE_UNSUPPORTED */
export async function openServer(databaseUrl: string, options: PoolSourceOptions): Promise<Database> {
  const source = new PoolSource(databaseUrl, options)
  try {
    const lease = await source.acquire({})
    try {
      await checkRequirements(lease.connection)
    } finally {
      lease.release()
    }
  } catch (error) {
    await source.close()
    throw error
  }
  return new Port(source)
}
