import { readdirSync } from 'node:fs'
import { utimes, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { serverReachable, type TestDatabase, type TestMode, testDatabase } from '../../../test/support/databases.ts'
import type { Database } from '../../database/database.ts'
import { openDatabase } from '../../database/open-database.ts'
import { createMediaStore } from '../create-media-store.ts'
import type { MediaStore } from '../media-store.ts'
import { mediaUpsert } from '../media-upsert.ts'
import type { StoredMedia } from '../stored-media.ts'
import { collectGarbage, type GarbageOptions } from './collect-garbage.ts'
import type { Marks } from './marks.ts'

const reachable = { embedded: true, server: await serverReachable() }
const modes: readonly TestMode[] = ['embedded', 'server']
const HOUR = 3_600_000

const marks: Marks = {
  cells: [
    { table: 'cellar_data."photos"', column: 'photo' },
    { table: 'cellar_data."photos$history"', column: 'photo' },
  ],
  texts: [{ table: 'cellar.jobs', column: 'payload' }],
}

let opened: TestDatabase
let database: Database
let store: MediaStore
let serial = 0

const run = (text: string, values: readonly unknown[] = []) => database.execute({ text, values })
const collect = (options: Partial<GarbageOptions> = {}) => collectGarbage(database, store, { marks, ...options })

/** New content that was ingested and, where told to, named that many hours ago. */
async function medium(options: { hours: number; named?: boolean }): Promise<StoredMedia> {
  serial += 1
  const stored = await store.ingest(Buffer.from(`text ${serial}`), { kind: 'document', allowPath: false })
  const time = new Date(Date.now() - options.hours * HOUR)
  await utimes(store.path(stored.ref), time, time)
  if (options.named ?? true) {
    await database.execute(mediaUpsert([stored]))
    await run('update cellar.media set last_seen = $2 where sha256 = $1', [stored.sha256, time])
  }
  return stored
}

async function remaining(...media: readonly StoredMedia[]): Promise<(readonly [boolean, boolean])[]> {
  const { rows } = await run('select sha256 from cellar.media')
  const named = new Set(rows.map(({ sha256 }) => sha256))
  return Promise.all(media.map(async ({ ref, sha256 }) => [named.has(sha256), await store.exists(ref)] as const))
}
const KEPT = [true, true]
const GONE = [false, false]

for (const mode of modes)
  describe.skipIf(!reachable[mode])(`${mode} (skipped where it cannot be reached)`, () => {
    beforeAll(async () => {
      opened = await testDatabase(mode)
      database = await openDatabase(opened.options)
      await run(`create schema if not exists cellar_data;
        create schema if not exists cellar;
        create table if not exists cellar.media (sha256 text collate "C" primary key, ext text not null, mime text not null,
          bytes bigint not null, facts jsonb not null, last_seen timestamptz not null);
        create table if not exists cellar.jobs (id uuid primary key, kind text not null, payload jsonb not null, state text not null);
        create table cellar_data."photos" (photo text);
        create table cellar_data."photos$history" (photo text)`)
    }, 60_000)

    beforeEach(async () => {
      await run('truncate cellar.media, cellar.jobs, cellar_data."photos", cellar_data."photos$history"')
      serial += 1
      store = createMediaStore({ home: join(opened.home, `media-${serial}`), sync: false })
    })

    afterAll(async () => {
      await database.close()
      await opened[Symbol.asyncDispose]()
    })

    test('removes what nothing names, rows and files', async () => {
      const [old, young] = [await medium({ hours: 30 }), await medium({ hours: 20 })]
      expect(await collect()).toEqual({ media: 1, orphans: 0, bytes: old.bytes })
      expect(await remaining(old, young)).toEqual([GONE, KEPT])
      expect(await collect()).toEqual({ media: 0, orphans: 0, bytes: 0 })
    })

    test('keeps what a row, a former row or a job names', async () => {
      const [live, former, waiting, garbage] = await Promise.all(Array.from({ length: 4 }, () => medium({ hours: 30 })))
      if (!live || !former || !waiting || !garbage) throw new TypeError('four media were made')
      await run('insert into cellar_data."photos" values ($1), (null), (\'https://example.com/a.png\')', [live.ref])
      await run('insert into cellar_data."photos$history" values ($1)', [former.ref])
      const payload = JSON.stringify({ rows: [{ photo: waiting.ref, deep: [waiting.ref] }] })
      await run(
        "insert into cellar.jobs (id, kind, payload, state) values (gen_random_uuid(), 'route', $1::jsonb, 'waiting')",
        [payload],
      )
      expect(await collect()).toMatchObject({ media: 1 })
      expect(await remaining(live, former, waiting, garbage)).toEqual([KEPT, KEPT, KEPT, GONE])
    })

    test('removes files that the catalog does not know, unless a row names them', async () => {
      const orphan = await medium({ hours: 30, named: false })
      const fresh = await medium({ hours: 1, named: false })
      const restored = await medium({ hours: 30, named: false })
      await run('insert into cellar_data."photos" values ($1)', [restored.ref])
      expect(await collect()).toEqual({ media: 0, orphans: 1, bytes: orphan.bytes })
      expect(await remaining(orphan, fresh, restored)).toEqual([GONE, [false, true], [false, true]])
    })

    test('spares content that was named again, and waits for nobody who is naming it', async () => {
      const [again, held, garbage] = [
        await medium({ hours: 30 }),
        await medium({ hours: 30 }),
        await medium({ hours: 30 }),
      ]
      await database.execute(mediaUpsert([again]))
      if (mode === 'embedded') {
        expect(await collect()).toMatchObject({ media: 2 })
        return expect(await remaining(again, held, garbage)).toEqual([KEPT, GONE, GONE])
      }
      await database.transaction(async (tx) => {
        await tx.execute(mediaUpsert([held]))
        const other = await openDatabase(opened.options)
        try {
          expect(await collectGarbage(other, store, { marks })).toMatchObject({ media: 1 })
        } finally {
          await other.close()
        }
        await tx.execute({ text: 'insert into cellar_data."photos" values ($1)', values: [held.ref] })
      })
      expect(await remaining(again, held, garbage)).toEqual([KEPT, KEPT, GONE])
    })

    test('a file that was ingested a moment ago stays, whatever the catalog says', async () => {
      const old = await medium({ hours: 30 })
      await store.ingest(old.ref, { kind: 'document', allowPath: false })
      await collect()
      expect((await remaining(old))[0]?.[1]).toBe(true)
    })

    test('a dry run removes nothing', async () => {
      const [old, orphan] = [await medium({ hours: 30 }), await medium({ hours: 30, named: false })]
      expect(await collect({ dryRun: true })).toEqual({ media: 1, orphans: 1, bytes: old.bytes + orphan.bytes })
      expect(await remaining(old, orphan)).toEqual([KEPT, [false, true]])
    })

    test('removes variants that nobody asks for and those of removed files, in no dry run', async () => {
      const [used, unused, removed] = [
        await medium({ hours: 1 }),
        await medium({ hours: 1 }),
        await medium({ hours: 30 }),
      ]
      const variantOf = async ({ ref }: StoredMedia) => {
        const path = await store.scratch()
        await writeFile(path, `made of ${ref}`)
        return store.keepVariant(ref, 'abc0', { path, ext: 'png' })
      }
      for (const media of [used, unused, removed]) await variantOf(media)
      const kept = () =>
        readdirSync(join(store.root, 'variants'), { recursive: true, withFileTypes: true })
          .filter((file) => file.isFile())
          .map((file) => basename(file.parentPath))
      const nameOf = ({ ref }: StoredMedia) => ref.replace('cellar:', '')
      const week = new Date(Date.now() - 8 * 24 * HOUR)
      const folder = join(store.root, 'variants', unused.sha256.slice(0, 2), nameOf(unused))
      for (const name of readdirSync(folder)) await utimes(join(folder, name), week, week)
      await collect({ dryRun: true })
      expect(kept().sort()).toEqual([used, unused, removed].map(nameOf).sort())
      await collect()
      expect(kept()).toEqual([nameOf(used)])
      expect(await store.findVariant(removed.ref, 'abc0')).toBeUndefined()
      expect(await store.findVariant(used.ref, 'abc')).toBeUndefined()
      const found = await store.findVariant(used.ref, 'abc0')
      expect(found).toMatchObject({ mime: 'image/png', bytes: `made of ${used.ref}`.length })
    })

    test('goes through more than one batch', async () => {
      const media = await Promise.all(Array.from({ length: 250 }, (_, n) => medium({ hours: 30, named: n % 5 > 0 })))
      expect(await collect()).toMatchObject({ media: 200, orphans: 50 })
      expect((await remaining(...media)).flat()).not.toContain(true)
    })

    test('refuses a grace period that writes under way would not survive, and obeys its signal', async () => {
      await expect(collect({ grace: HOUR })).rejects.toMatchObject({ code: 'INVALID_VALUE' })
      await medium({ hours: 30 })
      await expect(collect({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' })
    })

    test('many media are named at once without a deadlock, repeated ones too', async () => {
      const media = await Promise.all(Array.from({ length: 20 }, () => medium({ hours: 1, named: false })))
      const name = (list: readonly StoredMedia[]) => database.transaction((tx) => tx.execute(mediaUpsert(list)))
      await Promise.all(Array.from({ length: 10 }, (_, n) => name(n % 2 ? [...media, ...media] : media.toReversed())))
      const { rows } = await run('select count(*) as n, min(bytes) as bytes, min(mime) as mime from cellar.media')
      expect(rows).toMatchObject([{ n: 20, mime: 'text/plain' }])
    })
  })
