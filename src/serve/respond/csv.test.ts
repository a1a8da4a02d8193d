import { describe, expect, it } from 'vitest'
import { types } from '../../types/kinds.ts'
import { compileRawCsv, csvLine } from './csv.ts'

const plain = (cell: string) => cell

describe('a line of CSV', () => {
  it('quotes what would break it, and tells empty text from null', () => {
    expect(csvLine(['a', 'b,c', 'say "hi"', 'two\nlines', '', null, 7, true, { a: ['x'] }])).toBe(
      'a,"b,c","say ""hi""","two\nlines","",,7,true,"{""a"":[""x""]}"\r\n',
    )
  })

  it('is the same straight from Postgres', () => {
    const columns = [
      { name: 'text', type: types.string },
      { name: 'n', type: types.int },
      { name: 'more', type: types.json },
      { name: 'ratio', type: types.float },
    ]
    const write = compileRawCsv(['n', 'text', 'more', 'ratio'], columns)
    expect(write(['tab\t "q" \\ é,', '12', '{"a": [1, "x,y"]}', 'NaN'], plain)).toBe(
      csvLine([12, 'tab\t "q" \\ é,', { a: [1, 'x,y'] }, null]),
    )
    expect(write([null, null, '"=1+1"', null], plain)).toBe(',,=1+1,\r\n')
    expect(write(['', null, 'null', '1.5'], plain)).toBe(',"",,1.5\r\n')
  })
})
