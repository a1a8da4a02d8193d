import type { Cellar, OpenOptions } from 'cellar'

/** Opens the database of the environment, which has to exist, for the time of one command. */
export async function withCellar<T>(use: (cellar: Cellar) => Promise<T>, options: OpenOptions = {}): Promise<T> {
  const { open } = await import('cellar')
  const cellar = await open({ create: false, ...options })
  try {
    return await use(cellar)
  } finally {
    await cellar.close()
  }
}
