import { utimes } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { testDatabase } from '../../test/support/databases.ts'
import { openCatalog } from '../catalog/open-catalog.ts'
import { openDatabase } from '../database/open-database.ts'
import { defineFunction } from '../expr/define-function.ts'
import { createMediaStore } from '../media/create-media-store.ts'
import { mediaUpsert } from '../media/media-upsert.ts'
import { defineTable } from '../schema/define-table.ts'
import { t } from '../types/t.ts'
import { collectMedia } from './collect-media.ts'

const copy = defineFunction({
  name: 'collect_copy',
  args: { file: t.document() },
  returns: t.document(),
  run: ({ file }) => file.url,
})

test('every media column counts: plain, computed, in tables with and without history, and what jobs carry', async () => {
  await using opened = await testDatabase('embedded')
  await using database = await openDatabase(opened.options)
  const catalog = await openCatalog(database)
  const media = createMediaStore({ home: opened.home, sync: false })
  const papers = defineTable('my-papers.v1', { id: t.int().primaryKey(), file: t.document() }).computed('second', (c) =>
    copy({ file: c.file }),
  )
  const plain = defineTable('plain', { id: t.int().primaryKey(), file: t.document() }, { history: false })
  await catalog.applyDefinition([papers, plain])

  const stored = await Promise.all(
    Array.from({ length: 6 }, async (_, n) => {
      const medium = await media.ingest(Buffer.from(`text ${n}`), { kind: 'document', allowPath: false })
      await utimes(media.path(medium.ref), new Date(0), new Date(0))
      await database.execute(mediaUpsert([medium]))
      return medium
    }),
  )
  await database.execute({ text: "update cellar.media set last_seen = '2020-01-01'" })
  const run = (text: string, values: readonly unknown[]) => database.execute({ text, values })
  const [live, computed, former, lone, carried, garbage] = stored.map(({ ref }) => ref)
  await run('insert into cellar_data."my-papers.v1" (id, file, second, _version) values (1, $1, $2, 1)', [
    live,
    computed,
  ])
  await run(
    `insert into cellar_data."my-papers.v1$history" (id, file, second, _rowid, _version, _ended) values (1, $1, $1, 1, 0, 1)`,
    [former],
  )
  await run('insert into cellar_data.plain (id, file, _version) values (1, $1, 1)', [lone])
  await run(
    `insert into cellar.jobs (id, kind, payload, state, result) values (gen_random_uuid(), 'route', '{}', 'done', $1::jsonb)`,
    [JSON.stringify({ thumb: carried })],
  )

  expect(await collectMedia({ database, catalog, media })).toEqual({ media: 1, orphans: 0, bytes: 6 })
  const left = await Promise.all(stored.map(({ ref }) => media.exists(ref)))
  expect(left).toEqual([true, true, true, true, true, false])
  expect(await media.exists(garbage ?? '')).toBe(false)
  await catalog.close()
})
