import path from 'node:path'
import { expect, test, vi } from 'vitest'
import { testDatabase } from '../../../test/support/databases.ts'
import { openDatabase } from '../open-database.ts'
import { Backend } from './backend.ts'
import { frames, queryMessage, statusOf } from './frames.ts'

// Other work on the machine makes processes and disks slow.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

test('a thread that panics fails what it was doing, and another one goes on with what was committed', async () => {
  await using place = await testDatabase('embedded')
  const backend = new Backend({ dataDir: path.join(place.home, 'database'), relaxed: false })
  await backend.start()
  expect(statusOf(await backend.run(queryMessage('create table item as select 7 id')))).toBe('idle')
  // Not bytes: PGlite throws while Postgres reads it.
  const poison = Object.assign({ length: 10 }, { buffer: new ArrayBuffer(10) })
  await expect(backend.run(poison as never)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true })
  await expect(backend.run(queryMessage('select 1'))).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' })
  await backend.start()
  const answer = await backend.run(queryMessage('select id from item'))
  const rows = [...frames(answer)].filter(({ type }) => type === 0x44)
  expect(rows.map(({ start, end }) => Buffer.from(answer.subarray(start + 11, end)).toString())).toEqual(['7'])
  await backend.close()
})

test('statements that go too deep are refused, without harm to the thread', async () => {
  await using place = await testDatabase('embedded')
  await using database = await openDatabase({ ...place.options, relaxed: true })
  const call = `create function deeper(i int) returns int language plpgsql as $$ begin return deeper(i + 1); end $$; select deeper(1)`
  await expect(database.execute({ text: call })).rejects.toMatchObject({ sqlState: '54001' })
  const nested = '['.repeat(1_000_000)
  await expect(database.execute({ text: 'select $1::jsonb', values: [nested] })).rejects.toMatchObject({
    code: 'DATABASE_ERROR',
  })
  expect(await database.ready()).toBe(true)
})
