import { open } from 'cellar'
import { serve } from 'cellar/serve'
import { expect, test } from 'vitest'
import { testDatabase } from '../support/databases.ts'
import { startProgram } from '../support/programs.ts'
import { api } from './app/handler-work.ts'

const WORKER = new URL('app/handler-work.ts', import.meta.url)

test('the work of a handler is lost with its process, and its job says so within 20 s', {
  timeout: 60_000,
}, async () => {
  await using database = await testDatabase()
  await using program = startProgram(WORKER, { env: database.env })
  const answer = await fetch(`${await program.line()}/api/forever`, { method: 'POST' })
  const { id } = (await answer.json()) as { readonly id: string }
  await program.kill()
  await using cellar = await open(database.options)
  const server = await serve(api, { cellar, port: 0 })
  const killed = performance.now()
  const job = await (await fetch(`${server.url}/api/jobs/${id}?wait=30`)).json()
  expect(job).toMatchObject({ state: 'error', error: { code: 'JOB_LOST' } })
  expect(performance.now() - killed).toBeLessThan(20_000)
  await server.close()
})
