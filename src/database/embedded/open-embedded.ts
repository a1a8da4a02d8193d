import type { Database } from '../database.ts'
import { Port } from '../port.ts'
import { type EmbeddedOptions, EmbeddedSource } from './embedded-source.ts'

/** @throws HOME_IN_USE, DATABASE_UNAVAILABLE */
export async function openEmbedded(options: EmbeddedOptions): Promise<Database> {
  const source = new EmbeddedSource(options)
  try {
    await source.open()
  } catch (error) {
    await source.close()
    throw error
  }
  return new Port(source)
}
