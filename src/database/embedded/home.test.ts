import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { expect, test, vi } from 'vitest'
import { testDatabase } from '../../../test/support/databases.ts'
import { openDatabase } from '../open-database.ts'

// Other work on the machine makes processes and disks slow.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })
const PATIENT = { timeout: 20_000 }

const entry = new URL('../open-database.ts', import.meta.url).href

/** Another process with `db` open on the home; it runs the script, and what it prints can be waited for. */
class Neighbour implements AsyncDisposable {
  readonly process: ChildProcess
  readonly #lines: AsyncIterator<string>

  constructor(home: string, script: string, options = '') {
    const code = `import { openDatabase } from ${JSON.stringify(entry)}
      const say = (value) => console.log(JSON.stringify(value))
      const sql = (text, values) => db.execute({ text, values })
      const forever = () => new Promise(() => setInterval(() => {}, 1000))
      const db = await openDatabase({ home: ${JSON.stringify(home)}, ${options} })
      say(db.shared ? 'shared' : 'owner')
      ${script}
      await db.close()`
    const stdio = ['ignore', 'pipe', 'inherit'] as const
    this.process = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: [...stdio] })
    this.#lines = createInterface({ input: this.process.stdout ?? process.stdin })[Symbol.asyncIterator]()
  }

  async next(): Promise<unknown> {
    const line = await this.#lines.next()
    return line.done ? 'ended' : JSON.parse(line.value)
  }

  async kill(): Promise<void> {
    const exit = once(this.process, 'exit')
    this.process.kill('SIGKILL')
    await exit
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) await this.kill()
  }
}

test.skipIf(process.platform === 'win32')('nobody else can look into the database', async () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'cellar-test-'))
  try {
    await using _ = await openDatabase({ home, relaxed: true })
    expect(fs.statSync(path.join(home, 'database')).mode & 0o777).toBe(0o700)
  } finally {
    fs.rmSync(home, { recursive: true, force: true })
  }
})

test('two processes work with one home, transactions apart', async () => {
  await using place = await testDatabase('embedded')
  await using owner = await openDatabase(place.options)
  await owner.execute({ text: 'create table item (id int primary key)' })
  await using neighbour = new Neighbour(
    place.home,
    `await db.transaction(async (tx) => {
       await tx.execute({ text: 'insert into item values (1)' })
       say('inserted')
       await new Promise((resolve) => setTimeout(resolve, 150))
       await tx.execute({ text: 'insert into item values ($1)', values: [2], name: 'same name' })
     })
     say(await sql('insert into item values (1)').catch((e) => e.sqlState))
     say((await db.execute({ text: 'select id from item where id = $1', values: [3], name: 'same name 2' })).rows)`,
  )
  expect(await neighbour.next()).toBe('shared')
  expect(await neighbour.next()).toBe('inserted')
  const named = { text: 'select id from item where id <> $1', values: [9], name: 'same name' }
  expect((await owner.execute(named)).rows).toEqual([{ id: 1 }, { id: 2 }])
  await owner.execute({ text: 'insert into item values ($1)', values: [3], name: 'same name 2' })
  expect(await neighbour.next()).toBe('23505')
  expect(await neighbour.next()).toEqual([{ id: 3 }])
  expect(await neighbour.next()).toBe('ended')
  await expect
    .poll(
      async () => (await owner.execute({ text: "select name from pg_prepared_statements where name like 'd%'" })).count,
      PATIENT,
    )
    .toBe(0)
})

test('a client at the door that dies in a transaction or a stream leaves nothing behind', async () => {
  await using place = await testDatabase('embedded')
  await using owner = await openDatabase(place.options)
  await owner.execute({ text: 'create table item (id int primary key)' })
  await using neighbour = new Neighbour(
    place.home,
    `for await (const _ of db.stream({ text: 'select generate_series(1, 5000)' })) break
     const stream = db.stream({ text: 'select generate_series(1, 5000)' })[Symbol.asyncIterator]()
     await stream.next()
     await db.transaction(async (tx) => {
       await tx.execute({ text: 'insert into item values (1)' })
       say('inserted')
       await forever()
     })`,
  )
  await neighbour.next()
  await neighbour.next()
  const waiting = owner.execute({ text: 'select id from item' })
  await neighbour.kill()
  expect((await waiting).rows).toEqual([])
  await expect.poll(async () => (await owner.execute({ text: 'select name from pg_cursors' })).count, PATIENT).toBe(0)
})

test('a server on a home that another process holds says which', async () => {
  await using place = await testDatabase('embedded')
  await using holder = new Neighbour(place.home, 'await forever()')
  expect(await holder.next()).toBe('owner')
  await expect(openDatabase({ ...place.options, own: true })).rejects.toMatchObject({
    code: 'HOME_IN_USE',
    details: { home: fs.realpathSync(place.home), pid: holder.process.pid },
  })
  await holder.kill()
  await using database = await openDatabase({ ...place.options, own: true })
  expect(database.shared).toBe(false)
})

test('what was acknowledged is there after kill -9 of the owner, and a client at the door takes over', async () => {
  await using place = await testDatabase('embedded')
  await using owner = new Neighbour(
    place.home,
    `await sql('create table item (id int primary key)')
     for (let i = 1; ; i++) { await sql('insert into item values ($1)', [i]); say(i) }`,
  )
  expect(await owner.next()).toBe('owner')
  while (Number(await owner.next()) < 20);
  await using database = await openDatabase(place.options)
  expect(database.shared).toBe(true)
  const heard: string[] = []
  await database.listen('later', (payload) => heard.push(payload))
  const last = Number(await owner.next())
  await owner.kill()
  await expect.poll(() => database.ready(), PATIENT).toBe(true)
  const { rows } = await database.execute<{ n: number }>({ text: 'select max(id) n from item' })
  expect(rows[0]?.n).toBeGreaterThanOrEqual(last)
  expect(database.shared).toBe(false)
  await expect.poll(() => heard, PATIENT).toEqual([''])
  await database.execute({ text: "notify later, 'after'" })
  await expect.poll(() => heard, PATIENT).toEqual(['', 'after'])
})

test('of many processes that open a left-over home at once exactly one owns it', async () => {
  await using place = await testDatabase('embedded')
  const dead = new Neighbour(place.home, 'await forever()')
  await dead.next()
  await dead.kill()
  const openings = Array.from(
    { length: 4 },
    () => new Neighbour(place.home, 'say((await sql("select 1 as one")).rows); await forever()'),
  )
  try {
    const roles = await Promise.all(openings.map((one) => one.next()))
    expect(roles.toSorted()).toEqual(['owner', 'shared', 'shared', 'shared'])
    for (const one of openings) expect(await one.next()).toEqual([{ one: 1 }])
  } finally {
    for (const one of openings) await one[Symbol.asyncDispose]()
  }
})

test('notifications cross the door both ways', async () => {
  await using place = await testDatabase('embedded')
  await using owner = await openDatabase(place.options)
  const heard: string[] = []
  await owner.listen('news', (payload) => heard.push(payload))
  await using neighbour = new Neighbour(
    place.home,
    `await db.listen('news', (payload) => say('heard ' + payload))
     say('listening')
     await sql("notify news, 'from the door'")
     await forever()`,
  )
  await neighbour.next()
  expect(await neighbour.next()).toBe('listening')
  expect(await neighbour.next()).toBe('heard from the door')
  await expect.poll(() => heard, PATIENT).toEqual(['from the door'])
  await owner.execute({ text: "notify news, 'from the owner'" })
  expect(await neighbour.next()).toBe('heard from the owner')
})

test('a plain Postgres client gets in through the home', async () => {
  await using place = await testDatabase('embedded')
  await using owner = await openDatabase(place.options)
  await owner.execute({ text: 'create table item (id int); insert into item values (7)' })
  const client = new pg.Client({ host: fs.realpathSync(place.home), user: 'anybody', database: 'postgres' })
  await client.connect()
  expect((await client.query('select id from item')).rows).toEqual([{ id: 7 }])
  await expect(client.query('select boom')).rejects.toMatchObject({ code: '42703' })
  expect((await client.query({ text: 'select $1::int id', values: [8], name: 'n' })).rows).toEqual([{ id: 8 }])
  await client.end()
})

test('a home whose path is too long for a socket works the same', async () => {
  await using place = await testDatabase('embedded')
  const home = path.join(place.home, 'a'.repeat(60), 'b'.repeat(60))
  fs.mkdirSync(home, { recursive: true })
  fs.renameSync(path.join(place.home, 'database'), path.join(home, 'database'))
  await using owner = await openDatabase({ home })
  await owner.execute({ text: 'create table item (id int)' })
  await using neighbour = new Neighbour(home, `say((await sql('select count(*) n from item')).rows)`)
  expect(await neighbour.next()).toBe('shared')
  expect(await neighbour.next()).toEqual([{ n: 0 }])
})
