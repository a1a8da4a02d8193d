import { defineTable, fromEpoch, makeDate, makeTimestamp, parseDate, parseTimestamp, t } from 'cellar'
import { beforeEach, expect, it } from 'vitest'
import { useCellar } from '../support/use-cellar.ts'

const moments = defineTable('expr.moments', {
  id: t.int().primaryKey(),
  at: t.timestamp(),
  other: t.timestamp().nullable(),
  day: t.date(),
  n: t.int(),
  text: t.string(),
})
  .computed('monthly', (c) => c.at.truncate('month'))
  .computed('due', (c) => c.day.add({ months: 1, days: c.n }))
  .computed('local', (c) => c.at.inZone('Europe/Rome').format('DD MMM YYYY, HH:mm'))

const scene = useCellar([moments])
const iso = (text: string) => new Date(text)

beforeEach(async () => {
  await scene.cellar.insert(moments, [
    // An hour before clocks in Rome are put forward.
    { id: 1, at: '2024-03-31T00:59:58.25Z', other: null, day: '2024-01-31', n: 3, text: '2024-02-30' },
    // A Sunday of the last week of ISO year 2020.
    { id: 2, at: '2021-01-03T23:30:00Z', other: '2020-02-29T23:30:00Z', day: '9999-12-31', n: -1, text: '2020-02-29' },
  ])
})

type Moment = Parameters<Parameters<ReturnType<typeof query>['select']>[0]>[0]
const query = () => scene.cellar.from(moments)

const CASES: readonly (readonly [string, (c: Moment) => unknown, readonly [unknown, unknown]])[] = [
  ['minute', (c) => c.at.minute(), [59, 30]],
  ['second', (c) => c.at.second(), [58, 0]],
  ['millisecond', (c) => c.at.millisecond(), [250, 0]],
  ['epoch', (c) => c.at.epoch(), [1_711_846_798_250, 1_609_716_600_000]],
  ['quarter', (c) => c.at.quarter(), [1, 1]],
  ['week', (c) => c.at.week(), [13, 53]],
  ['isoYear', (c) => c.at.isoYear(), [2024, 2020]],
  ['dayOfWeek', (c) => c.at.dayOfWeek(), [7, 7]],
  ['dayOfYear', (c) => c.at.dayOfYear(), [91, 3]],
  ['toDate', (c) => c.at.toDate(), ['2024-03-31', '2021-01-03']],
  ['parts of a date', (c) => c.day.dayOfYear().mul(10).add(c.day.dayOfWeek()), [313, 3655]],
  ['toTimestamp', (c) => c.day.toTimestamp(), [iso('2024-01-31T00:00Z'), iso('9999-12-31T00:00Z')]],
  [
    'add',
    (c) => c.at.add({ days: 1, hours: 2, milliseconds: c.n }),
    [iso('2024-04-01T02:59:58.253Z'), iso('2021-01-05T01:29:59.999Z')],
  ],
  ['sub', (c) => c.at.sub({ months: 1 }), [iso('2024-02-29T00:59:58.25Z'), iso('2020-12-03T23:30Z')]],
  ['add beyond the calendar', (c) => c.at.add({ years: 300_000 }), [null, null]],
  ['add to a date', (c) => c.day.add({ months: 1 }), ['2024-02-29', null]],
  ['diff', (c) => c.at.diff(c.other, 'hours'), [null, 7416]],
  ['diff in months', (c) => c.at.diff(c.other, 'months'), [null, 10]],
  ['diff backwards', (c) => c.day.diff('2024-03-30', 'months'), [-1, 95_709]],
  ['truncate to a week', (c) => c.at.truncate('week'), [iso('2024-03-25T00:00Z'), iso('2020-12-28T00:00Z')]],
  ['truncate to an hour', (c) => c.at.truncate('hour'), [iso('2024-03-31T00:00Z'), iso('2021-01-03T23:00Z')]],
  ['truncate a date', (c) => c.day.truncate('quarter'), ['2024-01-01', '9999-10-01']],
  [
    'replace',
    (c) => c.at.replace({ day: 30, hour: 0, minute: 0, second: 0, millisecond: 0 }),
    [iso('2024-03-30T00:00Z'), iso('2021-01-30T00:00Z')],
  ],
  ['replace by no day', (c) => c.day.replace({ month: 2 }), [null, null]],
  [
    'format',
    (c) => c.at.format('ddd, MMM DD [at] hh:mm A SSS'),
    ['Sun, Mar 31 at 12:59 AM 250', 'Sun, Jan 03 at 11:30 PM 000'],
  ],
  ['format a date', (c) => c.day.format('dddd DD/MM/YYYY'), ['Wednesday 31/01/2024', 'Friday 31/12/9999']],
  ['hour in a zone', (c) => c.at.inZone('Europe/Rome').hour(), [1, 0]],
  ['day in a zone', (c) => c.at.inZone('Asia/Tokyo').toDate(), ['2024-03-31', '2021-01-04']],
  ['offset of a zone', (c) => c.at.add({ hours: 1 }).inZone('Europe/Rome').offset(), [120, 60]],
  [
    'truncate in a zone',
    (c) => c.at.inZone('Europe/Rome').truncate('day'),
    [iso('2024-03-30T23:00Z'), iso('2021-01-03T23:00Z')],
  ],
  ['parseTimestamp', (c) => parseTimestamp(c.text), [null, iso('2020-02-29T00:00Z')]],
  ['parseDate', (c) => parseDate(c.text), [null, '2020-02-29']],
  [
    'makeTimestamp',
    (c) => makeTimestamp({ year: 2024, month: c.n, day: 1, hour: 5 }),
    [iso('2024-03-01T05:00Z'), null],
  ],
  ['makeDate', (c) => makeDate({ year: 2023, month: 2, day: c.n.add(26) }), [null, '2023-02-25']],
  ['fromEpoch', (c) => fromEpoch(c.n), [iso('1970-01-01T00:00:00.003Z'), iso('1969-12-31T23:59:59.999Z')]],
]

it.each(CASES)('%s', async (_, expression, expected) => {
  const rows = await query()
    .select((c) => ({ id: c.id, value: expression(c) as typeof c.at }))
    .orderBy((r) => r.id.asc())
    .collect()
  expect(rows.map((row) => row.value)).toEqual(expected)
})

it('fills computed columns, filters and groups', async () => {
  const rows = await query()
    .where((c) => c.at.add({ days: 1 }).gt(c.at.truncate('day')).and(c.at.inZone('Europe/Rome').month().lte(3)))
    .orderBy((c) => c.at.dayOfYear().desc())
    .collect()
  expect(rows.map((row) => [row.monthly, row.due, row.local])).toEqual([
    [iso('2024-03-01T00:00Z'), '2024-03-03', '31 Mar 2024, 01:59'],
    [iso('2021-01-01T00:00Z'), null, '04 Jan 2021, 00:30'],
  ])
})

it('keeps the clocks of a zone apart where an hour comes twice', async () => {
  const hours = ['2024-10-27T00:30:00Z', '2024-10-27T01:30:00Z'].map((at, index) => ({
    ...{ id: 10 + index, at, other: null, day: '2024-10-27', n: 0, text: '' },
  }))
  await scene.cellar.insert(moments, hours)
  const rows = await query()
    .where((c) => c.id.gte(10))
    .select((c) => ({
      wall: c.at.inZone('Europe/Rome').format('HH:mm'),
      hour: c.at.inZone('Europe/Rome').truncate('hour'),
    }))
    .orderBy((r) => r.hour.asc())
    .collect()
  expect(rows).toEqual([
    { wall: '02:30', hour: iso('2024-10-27T00:00Z') },
    { wall: '02:30', hour: iso('2024-10-27T01:00Z') },
  ])
})
