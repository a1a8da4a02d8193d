import type { Cellar, OpenOptions } from 'cellar'

/** Opens the database while something else is loaded, for a quick start; it is closed again when the loading fails. */
export async function openBeside<T>(
  load: () => Promise<T>,
  options: OpenOptions,
): Promise<{ readonly cellar: Cellar; readonly loaded: T }> {
  const { open } = await import('cellar')
  const [opened, loading] = await Promise.allSettled([open(options), load()])
  if (loading.status === 'rejected') {
    if (opened.status === 'fulfilled') await opened.value.close()
    throw loading.reason
  }
  if (opened.status === 'rejected') throw opened.reason
  return { cellar: opened.value, loaded: loading.value }
}
