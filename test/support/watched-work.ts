import { defineFunction, t } from 'cellar'

/** A function whose calls are seen, held up and made to fail. */
export function watchedWork(name: string) {
  const watched = {
    calls: [] as string[],
    /** Texts for which it fails. */
    broken: new Set<string>(),
    /** What each call waits for. */
    gate: Promise.resolve() as Promise<void>,
    reset() {
      watched.calls.length = 0
      watched.broken = new Set()
      watched.gate = Promise.resolve()
    },
  }
  const work = defineFunction({
    name,
    args: { text: t.string() },
    returns: t.string(),
    run: async ({ text }) => {
      watched.calls.push(text)
      await watched.gate
      if (watched.broken.has(text)) throw new RangeError(`${text} is broken`)
      return `<${text}>`
    },
  })
  return { watched, work }
}
