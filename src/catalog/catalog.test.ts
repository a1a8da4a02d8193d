// One file, although it is long: all of it shares one database a mode, which takes longer to make than the tests to run.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { serverReachable, type TestDatabase, type TestMode, testDatabase } from '../../test/support/databases.ts'
import type { Database } from '../database/database.ts'
import { openDatabase } from '../database/open-database.ts'
import { isCellarError } from '../errors/cellar-error.ts'
import { defineFunction } from '../expr/define-function.ts'
import { defineTable } from '../schema/define-table.ts'
import { specOfTable } from '../schema/table-value.ts'
import { now, uuid7 } from '../types/generators.ts'
import { t } from '../types/t.ts'
import type { Catalog } from './catalog.ts'
import { markCells } from './fills.ts'
import { finishFilling } from './finish-filling.ts'
import { openCatalog } from './open-catalog.ts'

const reachable = { embedded: true, server: await serverReachable() }
const modes: readonly TestMode[] = ['embedded', 'server']

let opened: TestDatabase
let database: Database
let catalog: Catalog

const rows = async (text: string, values: readonly unknown[] = []) => (await database.execute({ text, values })).rows
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'none',
    (error: unknown) => (isCellarError(error) ? error.code : error),
  )

const columnsOf = async (table: string) =>
  (
    await rows(
      `select column_name as name, udt_name as type, is_nullable = 'YES' as nullable from information_schema.columns
       where table_schema = 'cellar_data' and table_name = $1 order by ordinal_position`,
      [table],
    )
  ).map((row) => `${row.name} ${row.type}${row.nullable ? '' : ' not null'}`)

const base = () => ({ id: t.int().primaryKey(), title: t.string() })
const notes = () => defineTable('notes', base())

for (const mode of modes)
  describe.skipIf(!reachable[mode])(`${mode} (skipped where it cannot be reached)`, () => {
    beforeAll(async () => {
      opened = await testDatabase(mode)
      database = await openDatabase(opened.options)
    }, 60_000)

    beforeEach(async () => {
      await catalog?.close()
      catalog = await openCatalog(database)
      for (const { spec } of await catalog.list()) await catalog.drop(spec.path)
    })

    afterAll(async () => {
      await catalog.close()
      await database.close()
      await opened[Symbol.asyncDispose]()
    })

    test.runIf(mode === 'server')('twenty first opens at once of one database end well', async () => {
      await using empty = await testDatabase(mode)
      const handles = await Promise.all(
        Array.from({ length: 20 }, async () => {
          const handle = await openDatabase({ ...empty.options, poolSize: 2 })
          return { handle, catalog: await openCatalog(handle) }
        }),
      )
      const declared = notes()
      const applied = await Promise.all(handles.slice(0, 5).map(({ catalog: one }) => one.applyDefinition([declared])))
      expect(applied.filter(({ changes }) => changes.length > 0)).toHaveLength(1)
      await Promise.all(handles.map(({ catalog: one, handle }) => one.close().then(() => handle.close())))
    })

    test('a table is created as declared, with its history', async () => {
      const photos = defineTable('my.photos', {
        id: t.uuid().primaryKey().default(uuid7()),
        title: t.string().unique(),
        taken: t.timestamp().nullable(),
        meta: t.json(),
      }).computed('slug', (c) => c.title.lower())
      const result = await catalog.applyDefinition([photos])
      expect(result.changes).toMatchObject([{ kind: 'create-table', table: 'my.photos', destructive: false }])
      expect(result.destructive).toBe(false)
      expect(result.version).toBeGreaterThan(0)
      const columns = ['id uuid', 'title text', 'taken timestamptz', 'meta jsonb', 'slug text']
      expect(await columnsOf('my.photos')).toEqual([
        'id uuid not null',
        'title text not null',
        'taken timestamptz',
        'meta jsonb not null',
        'slug text not null',
        '_rowid int8 not null',
        '_version int8 not null',
        '_cells jsonb',
      ])
      expect(await columnsOf('my.photos$history')).toEqual([
        ...columns,
        '_rowid int8 not null',
        '_version int8 not null',
        '_cells jsonb',
        '_ended int8 not null',
      ])
      expect(await rows(`select operation from cellar.versions where version = $1`, [result.version])).toEqual([
        { operation: 'apply' },
      ])
    })

    test('applying twice is applying once', async () => {
      const first = await catalog.applyDefinition([notes()])
      const second = await catalog.applyDefinition([notes()])
      expect(second).toMatchObject({ changes: [], destructive: false, version: first.version, pending: [] })
    })

    test('a plan changes nothing', async () => {
      const plan = await catalog.plan([notes()])
      expect(plan.changes).toHaveLength(1)
      expect(await codeOf(catalog.get('notes'))).toBe('TABLE_NOT_FOUND')
    })

    test('eight applies at once end well, and one of them did the work', async () => {
      const results = await Promise.all(Array.from({ length: 8 }, () => catalog.applyDefinition([notes()])))
      expect(results.filter(({ changes }) => changes.length > 0)).toHaveLength(1)
    })

    test('one failing table leaves all of them as they were', async () => {
      await catalog.applyDefinition([notes()])
      await rows(`insert into cellar_data.notes (id, title, _version) values (1, 'same', 1), (2, 'same', 1)`)
      const unique = defineTable('notes', { id: t.int().primaryKey(), title: t.string().unique() })
      const other = defineTable('a_first', { id: t.int() })
      expect(await codeOf(catalog.applyDefinition([unique, other]))).toBe('SCHEMA_VIOLATED')
      expect((await catalog.list()).map(({ spec }) => spec.path)).toEqual(['notes'])
      expect(await rows(`select to_regclass('cellar_data.a_first') as found`)).toEqual([{ found: null }])
    })

    test('new columns are added with a default for the rows that are there', async () => {
      await catalog.applyDefinition([notes()])
      await rows(`insert into cellar_data.notes (id, title, _version) values (1, 'a', 1), (2, 'b', 1)`)
      const wider = defineTable('notes', {
        ...base(),
        stars: t.int().default(3),
        note: t.string().nullable(),
        key: t.uuid().default(uuid7()),
        at: t.timestamp().default(now()),
        bytes: t.binary().default(new Uint8Array([1, 255])),
        words: t.array(t.string()).default(['it\'s "x"', 'a\\b']),
        tags: t.json<string[]>().default(["o'clock"]),
      })
      const { changes } = await catalog.applyDefinition([wider])
      expect(changes.map(({ kind }) => kind)).toEqual(Array.from({ length: 7 }, () => 'add-column'))
      const [first, second] = await rows(
        `select *, words[1] as word, words[2] as other from cellar_data.notes order by id`,
      )
      expect(first).toMatchObject({ stars: 3, note: null, bytes: Buffer.from([1, 255]), tags: ["o'clock"] })
      expect(first).toMatchObject({ word: 'it\'s "x"', other: 'a\\b' })
      expect(first?.key).not.toBe(second?.key)
    })

    test('a required column without a default is refused while there are rows, and accepted without', async () => {
      const wider = defineTable('notes', { ...base(), stars: t.int() })
      await catalog.applyDefinition([notes()])
      await rows(`insert into cellar_data.notes (id, title, _version) values (1, 'a', 1)`)
      expect(await codeOf(catalog.applyDefinition([wider]))).toBe('COLUMN_NEEDS_DEFAULT')
      await rows(`delete from cellar_data.notes`)
      expect((await catalog.applyDefinition([wider])).changes).toHaveLength(1)
    })

    test('what loses values has to be allowed', async () => {
      await catalog.applyDefinition([notes()])
      const less = defineTable('notes', { id: t.int().primaryKey() })
      const retyped = defineTable('notes', { id: t.int().primaryKey(), title: t.int().nullable() })
      const without = defineTable('notes', base(), { history: false })
      for (const declared of [less, retyped, without]) {
        expect((await catalog.plan([declared])).destructive).toBe(true)
        expect(await codeOf(catalog.applyDefinition([declared]))).toBe('SCHEMA_DESTRUCTIVE')
      }
      await catalog.applyDefinition([retyped], { allowDestructive: true })
      expect(await columnsOf('notes')).toContain('title int8')
      await catalog.applyDefinition([less], { allowDestructive: true })
      expect(await columnsOf('notes$history')).not.toContain('title int8')
    })

    test('a widened type keeps the values', async () => {
      await catalog.applyDefinition([defineTable('notes', { id: t.int().primaryKey(), size: t.int() })])
      await rows(`insert into cellar_data.notes (id, size, _version) values (1, 7, 1)`)
      const { destructive } = await catalog.applyDefinition([
        defineTable('notes', { id: t.int().primaryKey(), size: t.float() }),
      ])
      expect(destructive).toBe(false)
      expect(await rows(`select size from cellar_data.notes`)).toEqual([{ size: 7 }])
    })

    test('a new computed column is filled step by step and required in the end', async () => {
      await catalog.applyDefinition([notes()])
      await rows(
        `insert into cellar_data.notes (id, title, _version) select g, 'T' || g, 1 from generate_series(1, 250) g`,
      )
      const wider = notes().computed('lower', (c) => c.title.lower())
      const { pending, version } = await catalog.applyDefinition([wider])
      expect(pending).toMatchObject([{ path: 'notes', column: 'lower', state: 'pending' }])
      const [fill] = pending
      if (!fill) throw new TypeError('no fill')
      const filling = await catalog.resolve(wider)
      expect([...filling.filling]).toEqual(['lower'])
      // Written by the new definition, meanwhile.
      await rows(`insert into cellar_data.notes (id, title, lower, _version) values (999, 'X', 'x', $1)`, [version + 1])
      expect(await markCells(database, fill, 200)).toEqual({ marked: 200, done: false })
      expect(await finishFilling(database, fill)).toBe(false)
      expect(await markCells(database, fill, 200)).toEqual({ marked: 50, done: true })
      expect(await finishFilling(database, fill)).toBe(false)
      expect(await rows(`select count(*) as n from cellar.cell_errors where "column" = 'lower'`)).toEqual([{ n: 250 }])
      await rows(`update cellar_data.notes set lower = lower(title), _cells = null`)
      await rows(`delete from cellar.cell_errors`)
      expect(await finishFilling(database, fill)).toBe(true)
      expect(await columnsOf('notes')).toContain('lower text not null')
      expect((await catalog.applyDefinition([wider])).pending).toEqual([])
      expect(await finishFilling(database, fill)).toBe(true)
    })

    test('a row without a value that nobody marked is found before the column is required', async () => {
      await catalog.applyDefinition([notes()])
      await rows(`insert into cellar_data.notes (id, title, _version) values (1, 'A', 1)`)
      const wider = notes().computed('lower', (c) => c.title.lower())
      const [fill] = (await catalog.applyDefinition([wider])).pending
      if (!fill) throw new TypeError('no fill')
      await rows(`insert into cellar_data.notes (id, title, _version) values (2, 'B', 1000)`)
      await markCells(database, fill)
      await rows(`update cellar_data.notes set lower = 'a', _cells = null where id = 1`)
      expect(await finishFilling(database, fill)).toBe(false)
      expect(await markCells(database, fill)).toEqual({ marked: 1, done: true })
    })

    test('nothing is left to mark when the column, or what it is to be marked as, has changed meanwhile', async () => {
      await catalog.applyDefinition([notes()])
      await rows(`insert into cellar_data.notes (id, title, _version) values (1, 'A', 1)`)
      const [fill] = (await catalog.applyDefinition([notes().computed('lower', (c) => c.title.lower())])).pending
      if (!fill) throw new TypeError('no fill')
      expect(await markCells(database, { ...fill, state: 'stale' })).toEqual({ marked: 0, done: true })
      await catalog.applyDefinition([notes()], { allowDestructive: true })
      expect(await markCells(database, fill)).toEqual({ marked: 0, done: true })
      expect(await finishFilling(database, fill)).toBe(true)
      await catalog.drop('notes')
      expect(await markCells(database, fill)).toEqual({ marked: 0, done: true })
    })

    test('a new version of a function marks cells stale and keeps their values', async () => {
      const size = (version: string) =>
        defineFunction({
          name: 'catalog_size',
          version,
          args: { text: t.string() },
          returns: t.int(),
          run: ({ text }) => text.length,
        })
      const declared = (version: string) => notes().computed('size', (c) => size(version)({ text: c.title }))
      await catalog.applyDefinition([declared('0')])
      await rows(`insert into cellar_data.notes (id, title, size, _version) values (1, 'abc', 3, 1)`)
      const { changes, pending } = await catalog.applyDefinition([declared('1')])
      expect(changes).toMatchObject([{ kind: 'change-function-version', column: 'size', destructive: false }])
      expect(pending).toMatchObject([{ column: 'size', state: 'stale' }])
      for (const fill of pending) {
        await markCells(database, fill)
        expect(await finishFilling(database, fill)).toBe(true)
      }
      expect(await rows(`select size, _cells -> 'size' ->> 'state' as state from cellar_data.notes`)).toEqual([
        { size: 3, state: 'stale' },
      ])
    })

    test('references become foreign keys, in any order and to the table itself', async () => {
      const a = defineTable('a', { id: t.int().primaryKey(), b: t.int().nullable().references('b.id') })
      const b = defineTable('b', { id: t.int().primaryKey(), a: t.int().nullable().references('a.id') })
      const tree = defineTable('tree', { id: t.int().primaryKey(), parent: t.int().nullable().references('tree.id') })
      await catalog.applyDefinition([a, b, tree])
      await expect(rows(`insert into cellar_data.a (id, b, _version) values (1, 7, 1)`)).rejects.toMatchObject({
        sqlState: '23503',
      })
      expect(await codeOf(catalog.drop('a'))).toBe('TABLE_IN_USE')
      expect(await codeOf(catalog.drop('tree'))).toBe('none')
      const lost = defineTable('c', { id: t.int().references('nowhere.id') })
      expect(await codeOf(catalog.applyDefinition([lost]))).toBe('INVALID_DECLARATION')
      const [noB, noA] = [
        defineTable('a', { id: t.int().primaryKey() }),
        defineTable('b', { id: t.int().primaryKey() }),
      ]
      await catalog.applyDefinition([noB, noA], { allowDestructive: true })
    })

    test('a declaration resolves to the applied table, or says that it is behind', async () => {
      const declared = notes()
      expect(await codeOf(catalog.resolve(declared))).toBe('TABLE_NOT_FOUND')
      await catalog.applyDefinition([declared])
      const table = await catalog.resolve(declared)
      expect(table.spec.order).toEqual(['id', 'title'])
      expect(table.sql).toMatchObject({ table: 'cellar_data."notes"', history: 'cellar_data."notes$history"' })
      const [once, twice] = await Promise.all([catalog.resolve(declared), catalog.resolve(declared)])
      expect(once).toBe(twice)
      const wider = defineTable('notes', { ...base(), more: t.int().nullable() })
      expect(await codeOf(catalog.resolve(wider))).toBe('SCHEMA_BEHIND')
    })

    test('columns that only the database has stay part of the table', async () => {
      const declared = notes()
      await catalog.applyDefinition([defineTable('notes', { ...base(), more: t.int().nullable() })])
      expect((await catalog.resolve(declared)).spec.order).toEqual(['id', 'title', 'more'])
    })

    test('another process that drops a column is noticed, and the other columns go on working', async () => {
      const declared = notes()
      await catalog.applyDefinition([declared])
      await catalog.resolve(declared)
      await catalog.applyDefinition([defineTable('notes', { id: t.int().primaryKey() })], { allowDestructive: true })
      expect(await codeOf(catalog.resolve(declared))).toBe('SCHEMA_CHANGED')
      expect((await catalog.resolve(declared, { columns: ['id'] })).spec.order).toEqual(['id'])
      expect(await codeOf(catalog.resolve(declared, { columns: ['id', 'title'] }))).toBe('SCHEMA_CHANGED')
      await catalog.drop('notes')
      expect(await codeOf(catalog.resolve(declared))).toBe('TABLE_NOT_FOUND')
    })

    test('a change by another handle of the database reaches the cache', async () => {
      const declared = notes()
      await catalog.applyDefinition([declared])
      const before = await catalog.resolve(declared)
      const second = await openDatabase(opened.options)
      const other = await openCatalog(second)
      try {
        await other.applyDefinition([defineTable('notes', { ...base(), more: t.int().nullable() })])
      } finally {
        await other.close()
        await second.close()
      }
      await expect
        .poll(async () => (await catalog.resolve(declared)).schemaVersion)
        .toBeGreaterThan(before.schemaVersion)
    })

    test('a stored table comes back as it was declared', async () => {
      const declared = defineTable(
        'notes',
        { ...base(), tags: t.array(t.string()).default([]), at: t.timestamp().default(now()).comment('when') },
        { history: { keep: '90d' }, comment: 'all notes' },
      ).computed('lower', (c) => c.title.lower(), { mode: 'deferred' })
      await catalog.applyDefinition([declared])
      const { spec } = await catalog.get('notes')
      const { computed, columns, ...rest } = specOfTable(declared)
      expect(spec).toMatchObject(rest)
      expect(Object.keys(spec.columns)).toEqual(Object.keys(columns))
      expect(spec.computed.lower).toMatchObject({ mode: 'deferred', onError: 'abort', nullable: true })
      expect((await catalog.plan([declared])).changes).toEqual([])
      expect(Object.keys(computed)).toEqual(['lower'])
    })

    test('a package that a function needs is asked for before anything is created', async () => {
      const needy = defineFunction({
        name: 'catalog_needy',
        args: { text: t.string() },
        returns: t.string(),
        requires: ['cellar-no-such-package'],
        run: ({ text }) => text,
      })
      const declared = notes().computed('out', (c) => needy({ text: c.title }))
      expect(await codeOf(catalog.applyDefinition([declared]))).toBe('OPTIONAL_DEPENDENCY_MISSING')
      expect(await catalog.list()).toEqual([])
    })

    test('vectors need the extension, which is looked for before anything is created', async () => {
      const [available] = await rows(`select 1 from pg_available_extensions where name = 'vector'`)
      const code = await codeOf(catalog.applyDefinition([defineTable('points', { id: t.int(), at: t.vector(3) })]))
      expect(code).toBe(available ? 'none' : 'DATABASE_UNSUPPORTED')
      expect(await catalog.list()).toHaveLength(available ? 1 : 0)
    })

    test('a changed expression is computed again, and so is what reads it', async () => {
      const first = notes()
        .computed('size', (c) => c.title.length())
        .computed('twice', (c) => c.size.mul(2))
        .computed('loud', (c) => c.title.upper())
      await catalog.applyDefinition([first])
      await rows(
        `insert into cellar_data.notes (id, title, size, twice, loud, _version) values (1, 'abc', 3, 6, 'ABC', 1)`,
      )
      const second = notes()
        .computed('size', (c) => c.title.length().add(1))
        .computed('twice', (c) => c.size.mul(2))
        .computed('loud', (c) => c.title.upper())
      const { changes, pending } = await catalog.applyDefinition([second])
      expect(changes).toMatchObject([{ kind: 'change-computed', column: 'size', destructive: false }])
      expect(pending.map(({ column }) => column)).toEqual(['size', 'twice'])
      for (const fill of pending) expect(await markCells(database, fill)).toEqual({ marked: 1, done: true })
      expect(await rows(`select size, twice, loud from cellar_data.notes`)).toEqual([
        { size: null, twice: null, loud: 'ABC' },
      ])
    })

    test('options of a column type change nothing that is computed', async () => {
      await catalog.applyDefinition([notes().computed('loud', (c) => c.title.upper())])
      await rows(`insert into cellar_data.notes (id, title, loud, _version) values (1, 'abc', 'ABC', 1)`)
      const limited = defineTable('notes', { id: t.int().primaryKey(), title: t.string({ max: 10 }).nullable() })
      const { changes, pending } = await catalog.applyDefinition([limited.computed('loud', (c) => c.title.upper())])
      expect(changes.map(({ kind }) => kind)).toEqual(['change-type', 'change-nullable'])
      expect(pending).toEqual([])
      expect(await columnsOf('notes')).toContain('loud text')
    })

    test('the source of a function can change without anything to do', async () => {
      const make = (run: (args: { readonly text: string }) => string) =>
        defineFunction({ name: `catalog_source_${mode}`, args: { text: t.string() }, returns: t.string(), run })
      const first = make(({ text }) => text.trim())
      await catalog.applyDefinition([notes().computed('out', (c) => first({ text: c.title }))])
      await rows(
        `update cellar.tables set spec = jsonb_set(spec, '{sources}', jsonb_build_object($1::text, 'another'))`,
        [`catalog_source_${mode}@0`],
      )
      const declared = notes().computed('out', (c) => first({ text: c.title }))
      const plan = await catalog.plan([declared])
      expect(plan.changes).toMatchObject([{ kind: 'change-function-source', informational: true }])
      catalog.invalidate()
      expect(await codeOf(catalog.resolve(declared))).toBe('none')
      await catalog.applyDefinition([declared])
      expect((await catalog.plan([declared])).changes).toEqual([])
    })

    test.runIf(mode === 'server')('an apply that never gets the table says so, and can be aborted', async () => {
      const declared = notes()
      await catalog.applyDefinition([declared])
      const wider = defineTable('notes', { ...base(), more: t.int().nullable() })
      const second = await openDatabase(opened.options)
      const other = await openCatalog(second)
      await database.transaction(async (tx) => {
        await tx.execute({ text: 'select * from cellar_data.notes' })
        expect(await codeOf(other.applyDefinition([wider], { lockAttempts: 1 }))).toBe('SCHEMA_LOCKED')
        expect(await codeOf(other.applyDefinition([wider], { signal: AbortSignal.timeout(300) }))).toBe('ABORTED')
      })
      await other.close()
      await second.close()
      expect((await catalog.plan([wider])).changes).toHaveLength(1)
    })

    test.runIf(mode === 'server')(
      'an apply gives way to a transaction that uses the table, and comes back',
      async () => {
        await catalog.applyDefinition([notes()])
        let applied: Promise<unknown> | undefined
        await database.transaction(async (tx) => {
          await tx.execute({ text: 'select * from cellar_data.notes' })
          const second = await openDatabase(opened.options)
          const other = await openCatalog(second)
          applied = other
            .applyDefinition([defineTable('notes', { ...base(), more: t.int().nullable() })])
            .finally(() => other.close().then(() => second.close()))
          await new Promise((resolve) => setTimeout(resolve, 1_500))
        })
        await applied
        expect(await columnsOf('notes')).toContain('more int8')
      },
    )
  })
