import { expect, test } from 'vitest'
import type { PhysicalTable } from './physical-table.ts'
import { addReferencesSql, alterTableSql, createTableSql } from './table-ddl.ts'

const column = (type: string, notNull = false, comment?: string) => ({ type, notNull, comment })

const notes: PhysicalTable = {
  path: 'my.notes',
  columns: new Map([
    ['id', column('int8', true)],
    ['text', column('text collate "C"', true, "it's text")],
  ]),
  keys: new Map([['my.notes$pkey', 'primary key ("id")']]),
  references: new Map(),
  history: true,
  fillfactor: 100,
  comment: undefined,
}

const alter = (to: Partial<PhysicalTable>, recreated: readonly string[] = [], initial = new Map<string, string>()) =>
  alterTableSql(notes, { ...notes, ...to }, { recreated: new Set(recreated), initial })

test('a table is created with its system columns, keys and history', () => {
  expect(createTableSql({ ...notes, fillfactor: 85 })).toEqual([
    `create table cellar_data."my.notes" ("id" int8 not null, "text" text collate "C" not null, ` +
      `"_rowid" bigint generated always as identity, "_version" bigint not null, "_cells" jsonb, ` +
      `constraint "my.notes$pkey" primary key ("id"), constraint "my.notes$_rowid$key" unique ("_rowid")) with (fillfactor = 85)`,
    `create table cellar_data."my.notes$history" ("id" int8, "text" text collate "C", ` +
      `"_rowid" bigint not null, "_version" bigint not null, "_cells" jsonb, "_ended" bigint not null, ` +
      `constraint "my.notes$history$pkey" primary key ("_rowid", "_version"))`,
    `comment on column cellar_data."my.notes"."text" is 'it''s text'`,
  ])
})

test('nothing to change gives no statement', () => {
  expect(alter({})).toEqual([])
})

test('a new required column gets its default for the rows that are there, and history takes null', () => {
  const columns = new Map([...notes.columns, ['size', column('int8', true)]])
  expect(alter({ columns }, [], new Map([['size', "'0'::int8"]]))).toEqual([
    `alter table cellar_data."my.notes" add column "size" int8 not null default '0'::int8`,
    `alter table cellar_data."my.notes" alter column "size" drop default`,
    `alter table cellar_data."my.notes$history" add column "size" int8`,
  ])
})

test('a widened type is cast in the table and in its history', () => {
  const columns = new Map([...notes.columns, ['id', column('text collate "C"', true)]])
  expect(alter({ columns })).toEqual([
    `alter table cellar_data."my.notes" alter column "id" type text collate "C" using "id"::text`,
    `alter table cellar_data."my.notes$history" alter column "id" type text collate "C" using "id"::text`,
  ])
})

test('a key on a column that is made anew is dropped before it and added after it', () => {
  expect(alter({}, ['id'])).toEqual([
    `alter table cellar_data."my.notes" drop constraint "my.notes$pkey"`,
    `alter table cellar_data."my.notes" drop column "id"`,
    `alter table cellar_data."my.notes$history" drop column "id"`,
    `alter table cellar_data."my.notes" add column "id" int8 not null`,
    `alter table cellar_data."my.notes$history" add column "id" int8`,
    `alter table cellar_data."my.notes" add constraint "my.notes$pkey" primary key ("id")`,
  ])
})

test('history can be given up and begun', () => {
  expect(alter({ history: false })).toEqual(['drop table cellar_data."my.notes$history"'])
  const [begun, ...rest] = alterTableSql({ ...notes, history: false }, notes, {
    recreated: new Set(),
    initial: new Map(),
  })
  expect(begun).toMatch(/^create table cellar_data."my.notes\$history"/)
  expect(rest).toEqual([])
})

test('references are added apart from the table', () => {
  const references = new Map([['my.notes$id$ref', 'foreign key ("id") references cellar_data."other" ("id")']])
  expect(addReferencesSql(notes, { ...notes, references })).toEqual([
    `alter table cellar_data."my.notes" add constraint "my.notes$id$ref" foreign key ("id") references cellar_data."other" ("id")`,
  ])
  expect(addReferencesSql({ ...notes, references }, { ...notes, references })).toEqual([])
})
