import { expect, test } from 'vitest'
import { DirectorySync } from './directory-sync.ts'

/** Syncs that end when told to. */
function controlled() {
  const begun: { readonly directory: string; readonly end: () => void; readonly fail: () => void }[] = []
  const sync = new DirectorySync((directory) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    begun.push({ directory, end: resolve, fail: () => reject(new Error('sync failed')) })
    return promise
  })
  return { begun, sync }
}
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('who comes during a sync shares the next one, never the running one', async () => {
  const { begun, sync } = controlled()
  const done: string[] = []
  const wait = (name: string) => sync.sync('a').then(() => done.push(name))
  const all = [wait('first'), wait('second'), wait('third')]
  expect(begun).toHaveLength(1)
  begun[0]?.end()
  await turn()
  expect(done).toEqual(['first'])
  expect(begun).toHaveLength(2)
  all.push(wait('fourth'))
  begun[1]?.end()
  await turn()
  expect(done).toEqual(['first', 'second', 'third'])
  begun[2]?.end()
  await Promise.all(all)
  expect(done).toEqual(['first', 'second', 'third', 'fourth'])
})

test('a failed sync fails its own callers only', async () => {
  const { begun, sync } = controlled()
  const first = sync.sync('a')
  const second = sync.sync('a')
  begun[0]?.fail()
  await expect(first).rejects.toThrow()
  await turn()
  begun[1]?.end()
  await expect(second).resolves.toBeUndefined()
})

test('directories do not wait for each other', async () => {
  const { begun, sync } = controlled()
  void sync.sync('a')
  const other = sync.sync('b')
  begun[1]?.end()
  await expect(other).resolves.toBeUndefined()
})
