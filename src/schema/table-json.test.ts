import { expect, test } from 'vitest'
import { caseWhen } from '../expr/case-when.ts'
import { defineFunction } from '../expr/define-function.ts'
import { callsOf } from '../expr/walk.ts'
import { findFunction } from '../func/registry.ts'
import { now, uuid7 } from '../types/generators.ts'
import { t } from '../types/t.ts'
import { canonicalJson } from '../util/canonical-json.ts'
import { defineTable } from './define-table.ts'
import { tableSpecFromJson, tableSpecToJson } from './table-json.ts'
import { specOfTable } from './table-value.ts'

const shorten = defineFunction({
  name: 'table_json_shorten',
  version: '3',
  args: { text: t.string(), length: t.int().default(5) },
  returns: t.string(),
  run: ({ text, length }) => text.slice(0, length),
})

const table = () =>
  defineTable(
    'my.photos',
    {
      id: t.uuid().primaryKey().default(uuid7()),
      at: t.timestamp().default(now()).comment('taken'),
      size: t.decimal(10, 2).nullable(),
      tags: t.array(t.string()).default(['a']),
      kind: t.string({ enum: ['x', 'y'] }).unique(),
      label: t.string().default(shorten({ text: 'a long label' })),
      parent: t.uuid().nullable().references('my.photos.id'),
      bytes: t.binary().default(new Uint8Array([0, 255])),
      many: t.bigint().default(9007199254740993n),
    },
    { history: false, comment: 'all of them' },
  )
    .computed('short', (c) => shorten({ text: c.kind }), { onError: 'store' })
    .computed('big', (c) => caseWhen([[c.many.gt(5n), 'big']], 'small'))

test('what is read back is what was written', () => {
  const json = tableSpecToJson(specOfTable(table()))
  const stored = JSON.parse(JSON.stringify(json))
  expect(tableSpecToJson(tableSpecFromJson(stored, findFunction))).toEqual(json)
  expect(tableSpecFromJson(stored, findFunction).order).toEqual(specOfTable(table()).order)
})

test('equal declarations give the same text', () => {
  const text = (): string => JSON.stringify(tableSpecToJson(specOfTable(table())))
  expect(text()).toBe(text())
})

test('the order of columns survives a store that sorts keys', () => {
  const spec = specOfTable(table())
  const sorted = JSON.parse(canonicalJson(tableSpecToJson(spec)))
  const back = tableSpecFromJson(sorted, findFunction)
  expect(Object.keys(back.columns)).toEqual(Object.keys(spec.columns))
  expect(Object.keys(back.computed)).toEqual(['short', 'big'])
})

test('calls are linked to functions of the process by name and version, and kept without one', () => {
  const json = tableSpecToJson(specOfTable(table()))
  const callIn = (find: typeof findFunction) => {
    const node = tableSpecFromJson(json, find).computed.short?.node
    return node && callsOf(node)[0]
  }
  expect(callIn(findFunction)?.definition?.name).toBe('table_json_shorten')
  expect(callIn(() => undefined)).toMatchObject({
    function: { name: 'table_json_shorten', version: '3' },
    definition: undefined,
  })
})

test('a format of a later version is refused', () => {
  const json = { ...tableSpecToJson(specOfTable(table())), format: 99 }
  expect(() => tableSpecFromJson(json, findFunction)).toThrowError(
    expect.objectContaining({ code: 'DATABASE_UNSUPPORTED' }),
  )
})
