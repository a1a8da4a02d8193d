import { type AppShape, TABLES_PER_FILE } from './app-shape.ts'

const COLUMN_TYPES = [
  't.string()',
  't.int()',
  't.float()',
  't.bool()',
  't.timestamp()',
  't.json<{ a: string; n: number[] }>()',
  't.string().nullable()',
  't.int().default(3)',
  't.timestamp().nullable()',
  't.float().nullable()',
  't.json<string[]>().nullable()',
  't.uuid()',
  't.decimal()',
  't.date()',
  't.bigint()',
] as const

const COMPUTED_NAMES = ['thumb', 'slug', 'short', 'band'] as const
const FIXED_COLUMNS = ['id', 'title', 'score', 'photo'] as const

export const fileOfTable = (table: number) => Math.floor(table / TABLES_PER_FILE)
export const columnName = (table: number, column: number) => FIXED_COLUMNS[column] ?? `field${table}x${column}`
const computedName = (index: number) => COMPUTED_NAMES[index] ?? `computed${index}`

/** A table file: a function, then tables with their query. Every column type takes part, in turn. */
export function tableFile(file: number, shape: AppShape): string {
  const first = file * TABLES_PER_FILE
  const count = Math.min(TABLES_PER_FILE, shape.tables - first)
  const tables = Array.from({ length: count }, (_, i) => tableWithQuery(first + i, file, shape))
  return `import { caseWhen, concat, defineFunction, defineQuery, defineTable, t, uuid7 } from 'cellar'
import { thumbnail } from 'cellar/functions/image'

export const cut${file} = defineFunction({
  name: 'cut${file}',
  args: { text: t.string(), length: t.int().default(12) },
  returns: t.string(),
  run: ({ text, length }) => text.slice(0, length),
})
${tables.join('')}`
}

function tableWithQuery(table: number, file: number, shape: AppShape): string {
  const fields = Array.from({ length: shape.columns - FIXED_COLUMNS.length }, (_, i) => {
    const column = i + FIXED_COLUMNS.length
    return `  ${columnName(table, column)}: ${COLUMN_TYPES[(table * 7 + column) % COLUMN_TYPES.length]},\n`
  })
  const computed = Array.from(
    { length: shape.computed },
    (_, i) => `\n  .computed('${computedName(i)}', (c) => ${computedExpression(i, table, file)})`,
  )
  return `
export const table${table} = defineTable('table${table}', {
  id: t.uuid().primaryKey().default(uuid7()),
  title: t.string(),
  score: t.float(),
  photo: t.image(),
${fields.join('')}})${computed.join('')}

export const query${table} = defineQuery(
  'query${table}',
  { text: t.string(), limit: t.int().default(10) },
  ({ text, limit }, { from }) =>
    from(table${table})
      .where((c) => c.title.contains(text).and(c.score.gt(${table})))
      .orderBy((c) => c.score.desc())
      .limit(limit)
      .select((c) => ({ id: c.id, title: c.title, value: c.${columnName(table, table % shape.columns)}, thumb: c.thumb })),
)
`
}

function computedExpression(index: number, table: number, file: number): string {
  const expressions = [
    `thumbnail(c.photo, { width: ${table + 10}, height: 320 })`,
    `c.title.lower().replaceAll(' ', '-')`,
    `cut${file}({ text: concat(c.title, '-', c.score.toText()) })`,
    `caseWhen([[c.score.gte(6), 'strong'], [c.score.mul(2).gte(4), 'moderate']], 'light')`,
  ]
  return expressions[index % expressions.length] as string
}
