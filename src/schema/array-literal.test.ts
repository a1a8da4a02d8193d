import { expect, test } from 'vitest'
import { arrayLiteral } from './array-literal.ts'

test.each([
  ['nothing', [], '{}'],
  [
    'numbers, also those that JSON lacks',
    [1, -2.5, Number.NaN, Number.NEGATIVE_INFINITY, 10n],
    '{1,-2.5,NaN,-Infinity,10}',
  ],
  ['truth values and nulls', [true, null, false], '{true,NULL,false}'],
  ['texts, always quoted', ['', 'NULL', 'a,b', '{}', 'q"\\'], '{"","NULL","a,b","{}","q\\"\\\\"}'],
  ['bytes', [new Uint8Array([0, 92, 255])], '{"\\\\x005cff"}'],
])('%s', (_, values, literal) => {
  expect(arrayLiteral(values)).toBe(literal)
})
