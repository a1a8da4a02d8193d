import { utimes } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { testDatabase } from '../../test/support/databases.ts'
import { contextOf } from '../cellar/context-of.ts'
import { open } from '../cellar/open.ts'
import { startHousekeeping } from './housekeeping.ts'

test('media that nothing names are collected again and again, until it is stopped', async () => {
  await using opened = await testDatabase('embedded')
  await using cellar = await open(opened.options)
  const context = contextOf(cellar)
  const forgotten = async (text: string) => {
    const { ref } = await context.media.ingest(Buffer.from(text), { kind: 'document', allowPath: false })
    await utimes(context.media.path(ref), new Date(0), new Date(0))
    return ref
  }
  const isGone = async (ref: string) => {
    for (let waited = 0; waited < 5000; waited += 20) {
      if (!(await context.media.exists(ref))) return true
      await sleep(20)
    }
    return false
  }
  const housekeeping = startHousekeeping(() => [context], { first: 10, every: 50 })
  expect(await isGone(await forgotten('one'))).toBe(true)
  expect(await isGone(await forgotten('two'))).toBe(true)
  await housekeeping.stop()
  const kept = await forgotten('three')
  await sleep(150)
  expect(await context.media.exists(kept)).toBe(true)
})

test('finished jobs are deleted when they are kept no longer', async () => {
  await using opened = await testDatabase('embedded')
  await using cellar = await open(opened.options)
  const context = contextOf(cellar)
  const { jobs } = context
  const ended = async (keepSeconds?: number) => {
    const id = await jobs.enqueue('maintenance', {}, keepSeconds === undefined ? {} : { keepSeconds })
    await jobs.cancel(id)
    return id
  }
  const kept = await ended()
  const brief = await ended(0.2)
  const housekeeping = startHousekeeping(() => [context], { first: 10, every: 50 })
  for (let waited = 0; waited < 5000 && (await jobs.get(brief)); waited += 20) await sleep(20)
  await housekeeping.stop()
  expect(await jobs.get(brief)).toBeUndefined()
  expect(await jobs.get(kept)).toMatchObject({ state: 'cancelled' })
  await jobs.stop()
})
