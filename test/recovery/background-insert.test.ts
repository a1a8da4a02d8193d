import { setTimeout as delay } from 'node:timers/promises'
import { defineFunction, defineTable, open, t, uuid7 } from 'cellar'
import { serve, TableRouter } from 'cellar/serve'
import { expect, test } from 'vitest'
import { testDatabase, testMode } from '../support/databases.ts'
import { connectSql } from '../support/sql.ts'

let gate = Promise.withResolvers<void>()
let started = Promise.withResolvers<void>()
const gated = defineFunction({
  name: 'backgroundInsertGated',
  args: { text: t.string() },
  returns: t.string(),
  run: async ({ text }) => {
    started.resolve()
    await gate.promise
    return text
  },
})
const notes = defineTable('notes', { id: t.uuid().primaryKey().default(uuid7()), text: t.string() }).computed(
  'copy',
  (c) => gated({ text: c.text }),
)
const api = new TableRouter({ prefix: '/api' }).addInsertRoute(notes, { path: '/notes', background: true })

// Embedded there is one session, so that nobody can hold the record of the job meanwhile.
test.skipIf(testMode === 'embedded')(
  'a background insert and the end of its job are one transaction (server only)',
  async () => {
    gate = Promise.withResolvers()
    started = Promise.withResolvers()
    await using database = await testDatabase()
    await using cellar = await open(database.options)
    await cellar.apply([notes])
    const server = await serve(api, { cellar, port: 0 })
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${server.url}/api/notes`, { method: 'POST', body: '{"text":"x"}', headers })
    const { id, job_url: url } = (await answer.json()) as { id: string; job_url: string }
    await started.promise
    await using holder = await connectSql(database)
    await using watcher = await connectSql(database)
    await holder.rows('begin')
    await holder.rows('select 1 from cellar.jobs where id = $1 for update', [id])
    gate.resolve()
    await delay(500)
    // A process that died now would do the job again: it must not have written yet.
    expect(await watcher.rows('select 1 from cellar_data.notes')).toEqual([])
    await holder.rows('commit')
    const job = (await (await fetch(`${new URL(url, server.url)}?wait=20`)).json()) as {
      status: string
      result: { text: string }
    }
    expect(job).toMatchObject({ status: 'done', result: { text: 'x', copy: 'x' } })
    expect(await watcher.rows('select 1 from cellar_data.notes')).toHaveLength(1)
    await server.close()
  },
)

test.skipIf(testMode === 'embedded')(
  'a job that is cancelled before its write ends writes nothing (server only)',
  async () => {
    gate = Promise.withResolvers()
    started = Promise.withResolvers()
    await using database = await testDatabase()
    await using cellar = await open(database.options)
    await cellar.apply([notes])
    const server = await serve(api, { cellar, port: 0 })
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${server.url}/api/notes`, { method: 'POST', body: '{"text":"x"}', headers })
    const { id } = (await answer.json()) as { id: string }
    await started.promise
    await using sql = await connectSql(database)
    // As another process would, whose word does not reach this one in time.
    await sql.rows(`update cellar.jobs set state = 'cancelled' where id = $1`, [id])
    gate.resolve()
    await delay(500)
    expect(await sql.rows('select 1 from cellar_data.notes')).toEqual([])
    expect(await sql.rows('select state from cellar.jobs where id = $1', [id])).toEqual([{ state: 'cancelled' }])
    await server.close()
  },
)
