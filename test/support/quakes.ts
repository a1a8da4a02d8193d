import { type Cellar, caseWhen, defineFunction, defineTable, open, t } from 'cellar'
import { afterAll, beforeAll } from 'vitest'
import { type TestDatabase, testDatabase } from './databases.ts'

export const shout = defineFunction({
  name: 'clausesShout',
  args: { text: t.string() },
  returns: t.string(),
  run: ({ text }) => `${text}!`,
})
export const quakes = defineTable('geo.quakes', {
  id: t.string().primaryKey(),
  place: t.string(),
  magnitude: t.float(),
  depth: t.float().nullable(),
  at: t.timestamp(),
  meta: t.json().nullable(),
}).computed('band', (c) =>
  caseWhen(
    [
      [c.magnitude.gte(6), 'strong'],
      [c.magnitude.gte(4), 'moderate'],
    ],
    'light',
  ),
)
export const stations = defineTable('geo.stations', { place: t.string().primaryKey(), name: t.string() })

export const at = (day: number) => new Date(Date.UTC(2024, 0, day))
const rows = [
  { id: 'a', place: 'Fiji', magnitude: 6.5, depth: 10, at: at(1), meta: { tags: [3, 1] } },
  { id: 'b', place: 'Fiji', magnitude: 4.5, depth: null, at: at(2), meta: { tags: [3] } },
  { id: 'c', place: 'Chile', magnitude: 4.25, depth: 30, at: at(3), meta: { tags: [3] } },
  { id: 'd', place: 'Chile', magnitude: 2, depth: 5, at: at(4), meta: null },
  { id: 'e', place: 'Iran', magnitude: 6.5, depth: 20, at: at(5), meta: { tags: [3] } },
  { id: 'f', place: 'Oslo', magnitude: 1, depth: 2, at: at(6), meta: { tags: [3] } },
]

export interface QuakesScene {
  readonly cellar: Cellar
  readonly database: TestDatabase
}

/** A database with the quakes and stations above, for tests that only read. */
export function useQuakes(): QuakesScene {
  let opened: QuakesScene | undefined
  const get = () => {
    if (opened === undefined) throw new Error('the database is open while tests run, not while they are collected')
    return opened
  }
  beforeAll(async () => {
    const database = await testDatabase()
    const cellar = await open(database.options)
    opened = { database, cellar }
    await cellar.apply([quakes, stations])
    await cellar.insert(quakes, rows)
    await cellar.insert(stations, [
      { place: 'Chile', name: 'Andes' },
      { place: 'Fiji', name: 'Suva' },
      { place: 'Mars', name: 'Insight' },
    ])
  })
  afterAll(async () => {
    await opened?.cellar.close()
    await opened?.database[Symbol.asyncDispose]()
  })
  return {
    get cellar() {
      return get().cellar
    },
    get database() {
      return get().database
    },
  }
}
