/**
 * Maps the items in order while work on up to `ahead` of them is under way. An error, of the work or of the items, ends
 * it at the item it belongs to; what was started after it is waited for, so that nothing goes on behind the caller's back.
 */
export async function* mapAhead<I, O>(
  items: Iterable<I> | AsyncIterable<I>,
  ahead: number,
  map: (item: I) => Promise<O>,
): AsyncGenerator<O, void, undefined> {
  const running: Promise<O>[] = []
  const start = (work: Promise<O>) => {
    // Its error is met when its turn comes; until then it must not count as unhandled.
    work.catch(() => {})
    running.push(work)
  }
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
  let isOver = false
  try {
    while (!isOver) {
      try {
        const next = await iterator.next()
        if (next.done) isOver = true
        else start(map(next.value))
      } catch (error) {
        isOver = true
        start(Promise.reject(error))
      }
      if (running.length >= ahead) yield await (running.shift() as Promise<O>)
    }
    while (running.length > 0) yield await (running.shift() as Promise<O>)
  } finally {
    if (!isOver) await iterator.return?.()
    await Promise.allSettled(running)
  }
}
