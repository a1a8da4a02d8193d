import { CellarError } from '../../errors/cellar-error.ts'
import type { Database } from '../database.ts'
import { Port } from '../port.ts'
import { type EmbeddedOptions, EmbeddedSource } from './embedded-source.ts'

/** @throws HOME_IN_USE, DATABASE_UNAVAILABLE, DATABASE_UNSUPPORTED */
export async function openEmbedded(options: EmbeddedOptions): Promise<Database> {
  const source = createSource(options)
  try {
    await source.open()
  } catch (error) {
    await source.close()
    throw error
  }
  return new Port(source)
}

function createSource(options: EmbeddedOptions): EmbeddedSource {
  try {
    return new EmbeddedSource(options)
  } catch (error) {
    const fix = error instanceof Error ? error.message : String(error)
    throw new CellarError('DATABASE_UNSUPPORTED', { feature: 'a home that can be written', fix }, { cause: error })
  }
}
