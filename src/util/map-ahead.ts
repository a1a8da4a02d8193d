/**
 * Maps the items in order while work on up to `ahead` of them is under way. An error ends it at the item it belongs
 * to; what was started after it is waited for, so that nothing goes on behind the caller's back.
 */
export async function* mapAhead<I, O>(
  items: Iterable<I> | AsyncIterable<I>,
  ahead: number,
  map: (item: I) => Promise<O>,
): AsyncGenerator<O, void, undefined> {
  const running: Promise<O>[] = []
  try {
    for await (const item of items) {
      const work = map(item)
      // Its error is met when its turn comes; until then it must not count as unhandled.
      work.catch(() => {})
      running.push(work)
      if (running.length >= ahead) yield await (running.shift() as Promise<O>)
    }
    while (running.length > 0) yield await (running.shift() as Promise<O>)
  } finally {
    await Promise.allSettled(running)
  }
}
