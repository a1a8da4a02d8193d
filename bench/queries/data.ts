import type { Cellar } from 'cellar'
import { caseWhen, count, defineTable, exists, max, mean, rank, sum, t } from 'cellar'

export const authors = defineTable('bench_authors', {
  id: t.int().primaryKey(),
  name: t.string(),
  country: t.string(),
})
export const books = defineTable('bench_books', {
  id: t.int().primaryKey(),
  author: t.int(),
  title: t.string(),
  price: t.float(),
  pages: t.int().nullable(),
  meta: t.json<{ tags: number[]; rating: number }>(),
  added: t.timestamp(),
})

/** Many rows, for a filter that JavaScript evaluates. */
export const lines = defineTable('bench_lines', { id: t.int().primaryKey(), text: t.string() })
export const filtered = (cellar: Cellar) =>
  cellar
    .from(lines)
    .where((c) => c.text.lower().endsWith('777'))
    .select((c) => ({ id: c.id }))

const AUTHORS = 1000
const BOOKS = 20_000

const COUNTRIES = ['is', 'it', 'jp', 'ke', 'no', 'pe']

export const authorRows = () =>
  Array.from({ length: AUTHORS }, (_, id) => ({ id, name: `author ${id}`, country: COUNTRIES[id % 6] as string }))

export const bookRows = () =>
  Array.from({ length: BOOKS }, (_, id) => ({
    id,
    author: (id * 7) % AUTHORS,
    title: `book ${id % 977} of ${id}`,
    price: (id % 400) / 4,
    pages: id % 11 === 0 ? null : 80 + (id % 700),
    meta: { tags: [id % 5, id % 7], rating: id % 10 },
    added: new Date(Date.UTC(2020, 0, 1) + id * 3_600_000),
  }))

/** About 20 nodes, and no rows: what is left is what the query itself costs. */
export const emptyGroups = (cellar: Cellar) =>
  cellar
    .from(books)
    .join(authors, (b, a) => b.author.eq(a.id))
    .where((b, a) => b.id.lt(0).and(a.country.ne('it'), b.pages.gt(100)))
    .groupBy((_b, a) => ({ country: a.country }))
    .select((b) => ({ country: b.country, n: count(), pages: sum(b.pages), longest: max(b.title.length()) }))
    .orderBy((r) => r.n.desc())

export interface Shape {
  readonly name: string
  readonly ours: (cellar: Cellar) => { collect(): Promise<unknown[]> }
  readonly sql: string
  readonly values: readonly unknown[]
}

const B = 'cellar_data."bench_books"'
const A = 'cellar_data."bench_authors"'

/** Queries as people write them, and the SQL that they would write by hand. */
export const SHAPES: readonly Shape[] = [
  {
    name: 'one row by key',
    ours: (cellar) => cellar.from(books).where((c) => c.id.eq(4711)),
    sql: `select id, author, title, price, pages, meta, added from ${B} where id = $1`,
    values: [4711],
  },
  {
    name: '100 rows by a range',
    ours: (cellar) =>
      cellar
        .from(books)
        .where((c) => c.id.between(500, 599))
        .orderBy((c) => c.id)
        .select((c) => ({ id: c.id, title: c.title, price: c.price })),
    sql: `select id, title, price from ${B} where id between $1 and $2 order by id`,
    values: [500, 599],
  },
  {
    name: 'a filter over text and JSON',
    ours: (cellar) =>
      cellar
        .from(books)
        .where((c) => c.title.startsWith('book 12').and(c.meta.at('tags', 0).eq(3)))
        .select((c) => ({ id: c.id })),
    sql: `select id from ${B} where title like $1 and meta #> '{tags,0}' = '3'::jsonb`,
    values: ['book 12%'],
  },
  {
    name: 'the newest 50',
    ours: (cellar) =>
      cellar
        .from(books)
        .orderBy((c) => c.added.desc())
        .limit(50)
        .select((c) => ({ id: c.id, added: c.added })),
    sql: `select id, added from ${B} order by added desc limit 50`,
    values: [],
  },
  {
    name: 'a join with a limit',
    ours: (cellar) =>
      cellar
        .from(books)
        .join(authors, (b, a) => b.author.eq(a.id))
        .where((b, a) => a.country.eq('ke').and(b.price.gt(90)))
        .orderBy((b) => b.id)
        .limit(100)
        .select((b, a) => ({ title: b.title, name: a.name })),
    sql: `select b.title, a.name from ${B} b join ${A} a on b.author = a.id where a.country = $1 and b.price > $2 order by b.id limit 100`,
    values: ['ke', 90],
  },
  {
    name: 'a left join',
    ours: (cellar) =>
      cellar
        .from(authors)
        .join(books, (a, b) => a.id.eq(b.author).and(b.price.gt(99)), { type: 'left' })
        .where((a) => a.id.lt(300))
        .select((a, b) => ({ name: a.name, title: b.title })),
    sql: `select a.name, b.title from ${A} a left join ${B} b on a.id = b.author and b.price > $1 where a.id < $2`,
    values: [99, 300],
  },
  {
    name: 'groups with aggregates',
    ours: (cellar) =>
      cellar
        .from(books)
        .groupBy((c) => ({ author: c.author }))
        .having(() => count().gt(1))
        .select((c) => ({ author: c.author, n: count(), pages: sum(c.pages), longest: max(c.pages) }))
        .orderBy((r) => r.author)
        .limit(200),
    sql: `select author, count(*), sum(pages), max(pages) from ${B} group by author having count(*) > 1 order by author limit 200`,
    values: [],
  },
  {
    name: 'a grouped join',
    ours: (cellar) =>
      cellar
        .from(books)
        .join(authors, (b, a) => b.author.eq(a.id))
        .groupBy((_b, a) => ({ country: a.country }))
        .select((b) => ({ country: b.country, n: count(), mean: mean(b.price) }))
        .orderBy((r) => r.n.desc()),
    sql: `select a.country, count(*), avg(b.price) from ${B} b join ${A} a on b.author = a.id group by a.country order by count(*) desc`,
    values: [],
  },
  {
    name: 'rows with a partner',
    ours: (cellar) =>
      cellar
        .from(authors)
        .where((a) => exists(cellar.from(books).where((b) => b.author.eq(a.id).and(b.pages.gt(770)))))
        .select((a) => ({ id: a.id })),
    sql: `select id from ${A} a where exists (select 1 from ${B} b where b.author = a.id and b.pages > $1)`,
    values: [770],
  },
  {
    name: 'a window and a choice',
    ours: (cellar) =>
      cellar
        .from(
          cellar
            .from(books)
            .where((c) => c.author.lt(50))
            .select((c) => ({
              id: c.id,
              size: caseWhen([[c.pages.gt(500), 'long']], 'short'),
              place: rank().over({ partitionBy: c.author, orderBy: c.price.desc() }),
            })),
        )
        .where((r) => r.place.lte(3)),
    sql: `select id, size, place from (select id, case when pages > $2 then 'long' else 'short' end as size,
      rank() over (partition by author order by price desc) as place from ${B} where author < $1) r where place <= 3`,
    values: [50, 500],
  },
]
