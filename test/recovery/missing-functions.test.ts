import { type Cellar, open } from 'cellar'
import { expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'
import { startProgram } from '../support/programs.ts'
import { connectSql } from '../support/sql.ts'
import type { letters } from './app/letters.ts'

// This process must not import the modules that declare the functions.
const app = (name: string) => new URL(`app/${name}.ts`, import.meta.url)

async function declare(database: TestDatabase, how: 'declare' | 'add'): Promise<void> {
  await using program = startProgram(app('letters'), { args: [how], env: database.env })
  expect(await program.line()).toBe(how)
  expect(await program.ended).toBe(0)
}

const lettersOf = async (cellar: Cellar) => (await cellar.getTable('letters')) as typeof letters

test('what a process without the function cannot compute waits, and is never null in silence', {
  timeout: 120_000,
}, async () => {
  await using database = await testDatabase()
  await declare(database, 'declare')
  await using cellar = await open(database.options)
  const table = await lettersOf(cellar)
  const { errors } = await cellar.insert(table, [{ id: 1, word: 'ab' }])
  expect(errors).toEqual([])
  expect((await cellar.inspect.cellErrors({ path: 'letters' })).map(({ column, state }) => [column, state])).toEqual([
    ['both', 'pending'],
    ['last', 'pending'],
    ['reversed', 'pending'],
    ['upper', 'pending'],
  ])
  const unavailable = { code: 'FUNCTION_UNAVAILABLE', details: { function: 'lettersUpper@0' } }
  await expect(cellar.compute(table, [{ id: 2, word: 'cd' }])).rejects.toMatchObject(unavailable)
  await expect(cellar.recompute(table, ['upper'])).rejects.toMatchObject(unavailable)
  await expect(cellar.fill(table)).rejects.toMatchObject(unavailable)
  expect(await cellar.inspect.jobs()).toMatchObject([{ kind: 'fill', state: 'queued' }])
})

test("functions: 'require' refuses a write that would leave a cell waiting", { timeout: 120_000 }, async () => {
  await using database = await testDatabase()
  await declare(database, 'declare')
  await using cellar = await open({ ...database.options, functions: 'require' })
  const table = await lettersOf(cellar)
  const unavailable = { code: 'FUNCTION_UNAVAILABLE', details: { function: 'lettersUpper@0' } }
  const row = { id: 1, word: 'ab' }
  await expect(cellar.insert(table, [row])).rejects.toMatchObject(unavailable)
  await expect(cellar.transaction((tx) => tx.insert(table, [row]))).rejects.toMatchObject(unavailable)
  await expect(cellar.batchUpdate(table, [row], { ifMissing: 'insert' })).rejects.toMatchObject(unavailable)
  expect(await cellar.from(table).count()).toBe(0)
  {
    await using other = await open(database.options)
    await other.insert(table, [row])
  }
  await expect(cellar.update(table, { word: 'cd' })).rejects.toMatchObject(unavailable)
  await expect(cellar.batchUpdate(table, [{ id: 1, word: 'cd' }])).rejects.toMatchObject(unavailable)
  // No cell depends on it.
  expect((await cellar.update(table, { note: 'x' })).count).toBe(1)
  expect(await cellar.from(table).collect()).toMatchObject([{ word: 'ab', note: 'x' }])
})

test('jobs go from process to process until all cells are filled', { timeout: 180_000 }, async () => {
  await using database = await testDatabase()
  await declare(database, 'declare')
  await using cellar = await open({ ...database.options, work: true })
  const table = await lettersOf(cellar)
  await cellar.insert(table, [
    { id: 1, word: 'ab' },
    { id: 2, word: 'cd' },
  ])
  const rows = () =>
    cellar
      .from(table)
      .orderBy((c) => c.id)
      .collect()
  const job = async () => {
    const [found] = await cellar.inspect.jobs()
    return { state: found?.state, need: found?.need }
  }
  const poll = { timeout: 60_000, interval: 100 }
  await expect.poll(job, poll).toEqual({ state: 'queued', need: ['lettersUpper@0'] })
  // The process that has it leaves what it lacks to others in turn.
  await using _upper = startProgram(app('upper'), { env: database.env })
  await expect.poll(job, poll).toEqual({ state: 'queued', need: ['lettersReversed@2'] })
  expect(await rows()).toMatchObject([{ upper: 'AB' }, { upper: 'CD' }])
  await using _reversed = startProgram(app('reversed'), { env: database.env })
  const both = { state: 'queued', need: ['lettersReversed@2', 'lettersUpper@0'] }
  await expect.poll(job, poll).toEqual(both)
  expect(await rows()).toMatchObject([
    { reversed: 'ba', last: 'BA', both: null },
    { reversed: 'dc', last: 'DC', both: null },
  ])
  // It stays with nobody for as long as no process has both.
  const attempts = (await cellar.inspect.jobs())[0]?.attempts
  await cellar.insert(table, [{ id: 3, word: 'ef' }])
  await expect.poll(rows, poll).toMatchObject([{}, {}, { last: 'FE', both: null }])
  expect((await cellar.inspect.jobs())[1]).toMatchObject({ ...both, attempts })
  await using _letters = startProgram(app('letters'), { args: ['work'], env: database.env })
  await expect.poll(rows, poll).toEqual([
    { id: 1, word: 'ab', note: null, upper: 'AB', reversed: 'ba', last: 'BA', both: 'BA' },
    { id: 2, word: 'cd', note: null, upper: 'CD', reversed: 'dc', last: 'DC', both: 'DC' },
    { id: 3, word: 'ef', note: null, upper: 'EF', reversed: 'fe', last: 'FE', both: 'FE' },
  ])
  await expect.poll(async () => (await cellar.inspect.jobs()).map(({ state }) => state), poll).toEqual(['done', 'done'])
  expect(await cellar.inspect.cellErrors({ path: 'letters' })).toEqual([])
})

test('a retried job and a given back one keep their need', { timeout: 120_000 }, async () => {
  await using database = await testDatabase()
  await declare(database, 'declare')
  let id = ''
  {
    await using cellar = await open({ ...database.options, work: true })
    await cellar.insert(await lettersOf(cellar), [{ id: 1, word: 'ab' }])
    const need = async () => (await cellar.inspect.jobs())[0]?.need
    await expect.poll(need, { timeout: 60_000 }).toEqual(['lettersUpper@0'])
    id = (await cellar.inspect.jobs())[0]?.id ?? ''
    expect(await cellar.inspect.cancelJob(id)).toMatchObject({ state: 'cancelled' })
    expect(await cellar.inspect.retryJob(id)).toMatchObject({ state: 'queued', need: ['lettersUpper@0'] })
  }
  // Another one that lacks it learns so and leaves it.
  await using cellar = await open({ ...database.options, work: true })
  await using sql = await connectSql(database)
  const completed = `select 1 from cellar_jobs.job where data ->> 'id' = $1 and group_id is not null and state = 'completed'`
  await expect.poll(async () => (await sql.rows(completed, [id])).length, { timeout: 60_000 }).toBeGreaterThan(0)
  expect(await cellar.inspect.job(id)).toMatchObject({ state: 'queued' })
  await using _letters = startProgram(app('letters'), { args: ['work'], env: database.env })
  await expect.poll(() => cellar.inspect.job(id), { timeout: 60_000 }).toMatchObject({ state: 'done' })
})

test('a fill that another process left is left to whoever has its functions', { timeout: 120_000 }, async () => {
  await using database = await testDatabase()
  await declare(database, 'add')
  await using cellar = await open(database.options)
  const table = await lettersOf(cellar)
  await cellar.apply([table])
  await cellar.apply([table])
  const jobs = await cellar.inspect.jobs()
  expect(jobs.filter(({ need }) => need !== null)).toMatchObject([{ state: 'queued', need: ['lettersUpper@0'] }])
  await using _letters = startProgram(app('letters'), { args: ['work'], env: database.env })
  const full = { upper: 'AB', reversed: 'ba', last: 'BA', both: 'BA' }
  await expect.poll(() => cellar.from(table).collect(), { timeout: 60_000 }).toMatchObject([full])
  await expect
    .poll(async () => (await cellar.inspect.jobs()).map(({ state }) => state), { timeout: 60_000 })
    .toEqual(['done', 'done'])
})
