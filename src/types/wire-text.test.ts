import { expect, test } from 'vitest'
import type { ColumnType } from './column-type.ts'
import { types } from './kinds.ts'

const texts: Readonly<Record<string, readonly string[]>> = {
  int: ['0', '-1', '9007199254740991', '-9007199254740991'],
  bigint: ['0', '-9223372036854775808', '9223372036854775807'],
  bool: ['t', 'f'],
  string: ['', 'plain', 'a "quote", a \\ and a\nline', '\u2028 \u{1F600} \u0001', '</script>'],
  uuid: ['01a2043a-e099-73de-b81b-0ef5e321aad2'],
}

test('JSON made from the text of Postgres says what the decoded value says', () => {
  const direct = Object.values<ColumnType>(types).filter((type) => type.wireText)
  expect(direct.map((type) => type.kind).toSorted()).toEqual(Object.keys(texts).toSorted())
  for (const type of direct)
    for (const text of texts[type.kind] ?? [])
      expect(JSON.parse(type.wireText?.(text) ?? '')).toEqual(type.toWire(type.decode(text)))
})
