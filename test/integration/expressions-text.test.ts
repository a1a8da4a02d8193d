import { type AnyExpr, type Cellar, defineFunction, defineTable, format, open, type TextExpr, t } from 'cellar'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'
import { coded } from '../support/problems.ts'

type Text = TextExpr<null>
type Case = readonly [text: string | null, expression: (s: Text) => AnyExpr, value: unknown]

const words = (...values: (string | null)[]) => values

const CASES: Readonly<Record<string, readonly Case[]>> = {
  capitalize: [
    ['éTUDE a', (s) => s.capitalize(), 'Étude a'],
    ['ßA', (s) => s.capitalize(), 'Ssa'],
    ['', (s) => s.capitalize(), ''],
  ],
  title: [["it's a 2nd ÉTÉ-day", (s) => s.title(), "It's A 2Nd Été-Day"]],
  swapCase: [['aB😀É', (s) => s.swapCase(), 'Ab😀é']],
  foldCase: [
    ['STRASSE', (s) => s.foldCase(), 'strasse'],
    ['straße', (s) => s.foldCase(), 'strasse'],
    ['ΣΑΣ', (s) => s.foldCase(), 'σασ'],
    ['σας', (s) => s.foldCase(), 'σασ'],
  ],
  isAlpha: [
    ['Éa', (s) => s.isAlpha(), true],
    ['a1', (s) => s.isAlpha(), false],
    ['', (s) => s.isAlpha(), false],
    [null, (s) => s.isAlpha(), null],
  ],
  isAlphanumeric: [
    ['é1', (s) => s.isAlphanumeric(), true],
    ['a b', (s) => s.isAlphanumeric(), false],
  ],
  isDigit: [
    ['1٣', (s) => s.isDigit(), true],
    ['½', (s) => s.isDigit(), false],
  ],
  isNumeric: [
    ['1½Ⅷ', (s) => s.isNumeric(), true],
    ['-1', (s) => s.isNumeric(), false],
  ],
  isSpace: [
    [' \t\u00a0\u2003', (s) => s.isSpace(), true],
    ['', (s) => s.isSpace(), false],
    [' a', (s) => s.isSpace(), false],
    [null, (s) => s.isSpace(), null],
  ],
  isAscii: [
    ['a~\t', (s) => s.isAscii(), true],
    ['', (s) => s.isAscii(), true],
    ['é', (s) => s.isAscii(), false],
  ],
  isLower: [
    ['a1', (s) => s.isLower(), true],
    ['1', (s) => s.isLower(), false],
    ['aB', (s) => s.isLower(), false],
  ],
  isUpper: [
    ['A1', (s) => s.isUpper(), true],
    ['Aa', (s) => s.isUpper(), false],
  ],
  isTitle: [
    ['A Fine Day', (s) => s.isTitle(), true],
    ['A fine Day', (s) => s.isTitle(), false],
  ],
  count: [
    ['aaa😀aa', (s) => s.count('aa'), 2],
    ['aaa', (s) => s.count(''), 0],
    ['a.a', (s) => s.count('.'), 1],
  ],
  indexOf: [
    ['😀ab', (s) => s.indexOf('a'), 1],
    ['ab', (s) => s.indexOf('c'), -1],
    ['ab', (s) => s.indexOf(''), 0],
  ],
  lastIndexOf: [
    ['😀a😀ab', (s) => s.lastIndexOf('a'), 3],
    ['ab', (s) => s.lastIndexOf('c'), -1],
    ['ab', (s) => s.lastIndexOf(''), 2],
    ['aaa', (s) => s.lastIndexOf('aa'), 1],
  ],
  before: [
    ['k=v=w', (s) => s.before('='), 'k'],
    ['kv', (s) => s.before('='), null],
  ],
  after: [
    ['k=v=w', (s) => s.after('='), 'v=w'],
    ['kv', (s) => s.after('='), null],
  ],
  beforeLast: [
    ['a/b/c', (s) => s.beforeLast('/'), 'a/b'],
    ['abc', (s) => s.beforeLast('/'), null],
  ],
  afterLast: [
    ['a/b/c', (s) => s.afterLast('/'), 'c'],
    ['abc', (s) => s.afterLast('/'), null],
  ],
  removePrefix: [
    ['prefix', (s) => s.removePrefix('pre'), 'fix'],
    ['prefix', (s) => s.removePrefix('fix'), 'prefix'],
  ],
  removeSuffix: [
    ['a.txt', (s) => s.removeSuffix('.txt'), 'a'],
    ['a.txt', (s) => s.removeSuffix(''), 'a.txt'],
  ],
  padStart: [
    ['7', (s) => s.padStart(3), '  7'],
    ['😀', (s) => s.padStart(4, 'ab'), 'aba😀'],
    ['long', (s) => s.padStart(2), 'long'],
    ['7', (s) => s.padStart(3, ''), '7'],
  ],
  padEnd: [['7', (s) => s.padEnd(3, '.'), '7..']],
  center: [
    ['ab', (s) => s.center(7, '*'), '**ab***'],
    ['ab', (s) => s.center(1), 'ab'],
  ],
  zeroPad: [
    ['42', (s) => s.zeroPad(5), '00042'],
    ['-42', (s) => s.zeroPad(5), '-0042'],
    ['', (s) => s.zeroPad(2), '00'],
  ],
  reverse: [['a😀b', (s) => s.reverse(), 'b😀a']],
  repeat: [
    ['ab', (s) => s.repeat(3), 'ababab'],
    ['ab', (s) => s.repeat(-1), ''],
    ['ab', (s) => s.repeat(500_001), null],
    ['', (s) => s.repeat(2 ** 50), ''],
  ],
  split: [
    ['a,b,,c', (s) => s.split(','), words('a', 'b', '', 'c')],
    ['', (s) => s.split(','), words('')],
    ['ab', (s) => s.split(''), words('ab')],
    ['a,b,c', (s) => s.split(',', 2), words('a', 'b,c')],
    [null, (s) => s.split(','), null],
  ],
  splitEnd: [
    ['a,b,c', (s) => s.splitEnd(',', 2), words('a,b', 'c')],
    ['a,b,c', (s) => s.splitEnd(',', 9), words('a', 'b', 'c')],
    ['a,b,c', (s) => s.splitEnd(',', 1), words('a,b,c')],
  ],
  partition: [
    ['k=v=w', (s) => s.partition('='), words('k', '=', 'v=w')],
    ['kv', (s) => s.partition('='), words('kv', '', '')],
    [null, (s) => s.partition('='), null],
  ],
  partitionLast: [
    ['k=v=w', (s) => s.partitionLast('='), words('k=v', '=', 'w')],
    ['kv', (s) => s.partitionLast('='), words('', '', 'kv')],
  ],
  replaceSlice: [
    ['a😀bc', (s) => s.replaceSlice(1, 3, '-'), 'a-c'],
    ['abc', (s) => s.replaceSlice(-1, 0, '-'), 'ab-c'],
  ],
  trim: [
    ['--a-😀', (s) => s.trim('😀-'), 'a'],
    ['--a-', (s) => s.trimStart('-'), 'a-'],
    ['--a-', (s) => s.trimEnd('-'), '--a'],
    [' a ', (s) => s.trim(''), ' a '],
  ],
  isIdentifier: [
    ['größe_1', (s) => s.isIdentifier(), true],
    ['1a', (s) => s.isIdentifier(), false],
  ],
  splitLines: [
    ['a\r\nb\n\nc\n', (s) => s.splitLines(), words('a', 'b', '', 'c')],
    ['', (s) => s.splitLines(), words()],
  ],
  wrapLines: [
    ['the wörld is 😀😀😀😀😀😀😀😀', (s) => s.wrapLines(6), words('the', 'wörld', 'is', '😀😀😀😀😀😀', '😀😀')],
    [' ', (s) => s.wrapLines(6), words()],
  ],
  normalize: [
    ['e\u0301', (s) => s.normalize(), 'é'],
    ['ﬁ', (s) => s.normalize('NFKC'), 'fi'],
  ],
  matches: [
    ['a12', (s) => s.matches('\\d+'), true],
    ['ABC', (s) => s.matches(/b/i), true],
    ['abc', (s) => s.matches('^b'), false],
    [null, (s) => s.matches('a'), null],
  ],
  fullMatch: [
    ['2024', (s) => s.fullMatch(/\d{4}/), true],
    ['2024!', (s) => s.fullMatch(/\d{4}/), false],
  ],
  replaceMatches: [
    ['2024-05', (s) => s.replaceMatches(/(\d+)-(?<month>\d+)/, '$<month>/$1 $$ $& $7'), '05/2024 $ 2024-05 $7'],
    ['a😀b', (s) => s.replaceMatches('', '.'), '.a.😀.b.'],
  ],
  findAll: [
    ['é1 b22', (s) => s.findAll(/\p{L}\d+/u), words('é1', 'b22')],
    ['x', (s) => s.findAll('y'), words()],
  ],
  extract: [
    ['id=17;', (s) => s.extract(/id=(?<id>\d+)/, 'id'), '17'],
    ['id=17;', (s) => s.extract(/id=(\d+)/, 1), '17'],
    ['id=17;', (s) => s.extract(/id=(\d+)/), 'id=17'],
    ['none', (s) => s.extract(/id=(\d+)/), null],
  ],
  matchGroups: [
    ['b7', (s) => s.matchGroups(/(a)|(b)(\d)/), words(null, 'b', '7')],
    ['c', (s) => s.matchGroups(/(a)|(b)/), null],
  ],
  format: [
    ['x', (s) => format('{{{a}}} {b}%', { a: s, b: 3 }), '{x} 3%'],
    ['x', (s) => format('{1}{0}{1}', [s, '-']), '-x-'],
    [null, (s) => format('{0}', [s]), null],
  ],
}
const all = Object.entries(CASES).flatMap(([name, cases]) => cases.map((each) => ({ name, each })))

const same = defineFunction({
  name: 'expressionsText',
  args: { text: t.string() },
  returns: t.string(),
  run: ({ text }) => text,
})
const texts = defineTable('texts', { id: t.int().primaryKey(), s: t.string().nullable() })

let database: TestDatabase
let cellar: Cellar

beforeAll(async () => {
  database = await testDatabase()
  cellar = await open(database.options)
  await cellar.apply([texts])
  const rows = all.map(({ each: [s] }, id) => ({ id, s }))
  await cellar.insert(texts, rows)
})
afterAll(async () => {
  await cellar.close()
  await database[Symbol.asyncDispose]()
})

describe('methods of text', () => {
  it.each(all.map(({ name, each }, id) => ({ id, name, text: each[0], each })))(
    '$name of $text, over a column and over a function',
    async ({ id, each: [, expression, value] }) => {
      const row = await cellar
        .from(texts)
        .where((c) => c.id.eq(id))
        .select((c) => ({ stored: expression(c.s), called: expression(same({ text: c.s })) }))
        .first()
      expect(row).toEqual({ stored: value, called: value })
    },
  )
})

describe('patterns', () => {
  const { c } = texts

  it('are kept with the computed columns that they make', async () => {
    const codes = defineTable('codes', { id: t.int().primaryKey(), s: t.string() }).computed('code', (row) =>
      row.s.extract(/code=(?<code>\w+)/i, 'code').padStart(4, '0'),
    )
    await cellar.apply([codes])
    await cellar.insert(codes, [
      { id: 1, s: 'CODE=a7' },
      { id: 2, s: 'none' },
    ])
    expect((await cellar.plan([codes])).changes).toEqual([])
    const stored = (await cellar.getTable('codes')) as typeof codes
    const rows = cellar.from(stored).orderBy((row) => row.id)
    expect(await rows.select((row) => ({ code: row.code })).collect()).toEqual([{ code: '00a7' }, { code: null }])
  })

  it('end in time linear to the text, whatever they are', async () => {
    await cellar.insert(texts, [{ id: -1, s: `${'a'.repeat(100_000)}b` }])
    const start = performance.now()
    const found = await cellar
      .from(texts)
      .where((row) => row.id.eq(-1).and(row.s.matches('(a+)+$')))
      .collect()
    expect(found).toEqual([])
    // A machine under load; backtracking would take longer than there is time.
    expect(performance.now() - start).toBeLessThan(2000)
  })

  it('end after so many steps where each match reads the text to its end', async () => {
    await cellar.insert(texts, [{ id: -2, s: 'x'.repeat(20_000) }])
    const long = cellar.from(texts).where((row) => row.id.eq(-2))
    const found = long.select((row) => ({ all: row.s.findAll('x.*y|x') }))
    const error = await found.collect().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'PATTERN_LIMIT', details: { pattern: 'x.*y|x', length: 20_000 } })
    expect(await long.select((row) => ({ first: row.s.extract('x.*y|x') })).first()).toEqual({ first: 'x' })
  })

  it('make a cell fail that has too many steps, or the write', async () => {
    const declare = (name: string, onError: 'abort' | 'store') =>
      defineTable(name, { id: t.int().primaryKey(), s: t.string() })
        .computed('parts', (row) => row.s.findAll('x.*y|x').join(), { onError })
        .computed('spelled', (row) => same({ text: row.s.replaceMatches('x.*y|x', '-') }), { onError })
    const [kept, refused] = [declare('kept_patterns', 'store'), declare('refused_patterns', 'abort')]
    await cellar.apply([kept, refused])
    const rows = [
      { id: 1, s: 'xx' },
      { id: 2, s: 'x'.repeat(20_000) },
    ]
    const { errors } = await cellar.insert(kept, rows)
    expect(errors.map(({ index, column, code }) => [index, column, code])).toEqual([
      [1, 'parts', 'PATTERN_LIMIT'],
      [1, 'spelled', 'PATTERN_LIMIT'],
    ])
    const states = cellar.from(kept).orderBy((row) => row.id)
    expect(
      await states.select((row) => ({ parts: row.parts, state: row.spelled.state, error: row.parts.error })).collect(),
    ).toEqual([
      { parts: 'x,x', state: 'ok', error: null },
      { parts: null, state: 'failed', error: expect.stringContaining('x.*y|x') },
    ])
    const failure = await cellar.insert(refused, rows).catch((thrown: unknown) => thrown)
    expect(failure).toMatchObject({ code: 'CELL_FAILED', issues: [{ path: [1, 'parts'], code: 'PATTERN_LIMIT' }] })
    expect(await cellar.from(refused).count()).toBe(0)
  })

  it.each([
    ['a group that does not end', () => c.s.matches('(')],
    ['look-ahead', () => c.s.matches(/a(?=b)/)],
    ['look-behind', () => c.s.findAll(/(?<=a)b/)],
    ['a back-reference', () => c.s.replaceMatches(/(a)\1/, '')],
    ['a pattern that is too large', () => c.s.fullMatch('((a{100}){100}){100}')],
    ['a group that is not there', () => c.s.extract(/(a)/, 2)],
    ['a name that is not there', () => c.s.extract(/(?<a>a)/, 'constructor')],
    ['a column as pattern', () => c.s.matches(c.s as never)],
  ])('refuse %s when they are declared', (_, declare) => {
    expect(declare).toThrowError(coded('INVALID_DECLARATION'))
  })
})

it.each([
  ['a width below 0', () => texts.c.s.padStart(-1)],
  ['a width that is no whole number', () => texts.c.s.center(1.5)],
  ['a width that would fill the memory', () => texts.c.s.zeroPad(1e9)],
  ['lines of no character', () => texts.c.s.wrapLines(0)],
  ['a limit of no part', () => texts.c.s.split(',', 0)],
  ['an unknown normalization form', () => texts.c.s.normalize('NFX' as never)],
  ['a placeholder without a value', () => format('{a}', {})],
  ['a placeholder that objects inherit', () => format('{constructor}', {})],
  ['a single brace', () => format('{', [])],
  ['a number to find', () => texts.c.s.count(texts.c.id as never)],
])('%s is refused', (_, declare) => {
  expect(declare).toThrowError(coded('INVALID_DECLARATION'))
})
