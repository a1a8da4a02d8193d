import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { serverReachable, type TestDatabase, type TestMode, testDatabase } from '../../test/support/databases.ts'
import { openCatalog } from '../catalog/open-catalog.ts'
import type { Database } from '../database/database.ts'
import { openDatabase } from '../database/open-database.ts'
import { CellarError } from '../errors/cellar-error.ts'
import { createJobQueue } from './create-job-queue.ts'
import type { JobQueue } from './job-queue.ts'

const reachable = { embedded: true, server: await serverReachable() }
const modes: readonly TestMode[] = ['embedded', 'server']
const errors: unknown[] = []

let home: TestDatabase
let database: Database
const queues: JobQueue[] = []

function newQueue(on: Database = database): JobQueue {
  const queue = createJobQueue(on, { onError: (error) => errors.push(error) })
  queues.push(queue)
  return queue
}

for (const mode of modes)
  describe.skipIf(!reachable[mode])(`${mode} (skipped where it cannot be reached)`, () => {
    beforeEach(async () => {
      home = await testDatabase(mode)
      // One connection, so that anything that needs a second one inside a transaction hangs.
      database = await openDatabase({ ...home.options, poolSize: 1 })
      await (await openCatalog(database)).close()
    })

    afterEach(async () => {
      for (const queue of queues.splice(0)) await queue.stop({ graceMs: 100 })
      await database.close()
      await home[Symbol.asyncDispose]()
      expect(errors.splice(0)).toEqual([])
    })

    test('a job runs and its result can be waited for', async () => {
      const queue = newQueue()
      queue.register('route', async ({ payload }) => ({ doubled: Number(payload.n) * 2 }))
      await queue.start()
      const id = await queue.enqueue('route', { n: 21 }, { prefix: '/api', principal: 'ann' })
      const job = await queue.wait(id, { timeoutMs: 10_000 })
      expect(job).toMatchObject({ state: 'done', result: { doubled: 42 }, attempts: 1, progress: 1, principal: 'ann' })
    })

    test('a job enqueued in a transaction exists only when that commits, with a cold delivery too', async () => {
      const queue = newQueue()
      await queue.prepare()
      const failed = database.transaction(async (session) => {
        await queue.enqueue('route', {}, { session })
        throw new CellarError('CLOSED', { subject: 'test' })
      })
      await expect(failed).rejects.toMatchObject({ code: 'CLOSED' })
      expect(await queue.list()).toEqual([])
      const id = await database.transaction((session) => queue.enqueue('route', {}, { session }))
      expect(await queue.list()).toMatchObject([{ id, state: 'queued' }])
    })

    test('a failing job says why and runs again when asked', async () => {
      const queue = newQueue()
      let broken = true
      queue.register('route', async () => {
        if (broken) throw new CellarError('ROW_NOT_FOUND', { table: 'notes', key: '7' })
        return 'fine'
      })
      await queue.start()
      const id = await queue.enqueue('route', {})
      expect(await queue.wait(id, { timeoutMs: 10_000 })).toMatchObject({
        state: 'error',
        error: { code: 'ROW_NOT_FOUND' },
      })
      broken = false
      expect(await queue.retry(id)).toMatchObject({ state: 'queued' })
      expect(await queue.wait(id, { timeoutMs: 10_000 })).toMatchObject({ state: 'done', result: 'fine', attempts: 2 })
      expect(await queue.retry(id)).toBeUndefined()
    })

    test('cancelling aborts a running job', async () => {
      const queue = newQueue()
      let aborted = () => {}
      const heard = new Promise<void>((resolve) => {
        aborted = resolve
      })
      const begun = Promise.withResolvers<void>()
      queue.register('route', ({ signal }) => {
        begun.resolve()
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            aborted()
            reject(signal.reason)
          })
        })
      })
      await queue.start()
      const id = await queue.enqueue('route', {})
      await begun.promise
      expect(await queue.cancel(id)).toMatchObject({ state: 'cancelled' })
      await heard
      expect(await queue.wait(id, { timeoutMs: 5_000 })).toMatchObject({ state: 'cancelled' })
    })

    test('shutting down gives a running job back, and the next worker finishes it', async () => {
      const first = newQueue()
      const begun = Promise.withResolvers<void>()
      first.register('route', ({ signal }) => {
        begun.resolve()
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      })
      await first.start()
      const id = await first.enqueue('route', {})
      await begun.promise
      await first.stop({ graceMs: 50 })
      const second = newQueue()
      expect(await second.get(id)).toMatchObject({ state: 'queued' })
      second.register('route', async () => 'second')
      await second.start()
      expect(await second.wait(id, { timeoutMs: 15_000 })).toMatchObject({
        state: 'done',
        result: 'second',
        attempts: 2,
      })
    })

    test('a full queue drains without waiting for polls', async () => {
      const queue = newQueue()
      const seen = new Set<string>()
      queue.register('route', async ({ id }) => void seen.add(id))
      for (let n = 0; n < 100; n += 1) await queue.enqueue('route', { n })
      const start = performance.now()
      await queue.start()
      while (seen.size < 100 && performance.now() - start < 8_000)
        await new Promise((resolve) => setTimeout(resolve, 10))
      expect(seen.size).toBe(100)
    })
  })
