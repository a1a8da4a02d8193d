import { beforeAll, expect, test } from 'vitest'
import { createTypedProject } from '../../bench/types/typed-project.ts'

// What people read when they make a mistake is part of the surface: it names what they wrote.

const prelude = `import { defineFunction, defineQuery, defineTable, open, t, uuid7 } from 'cellar'
import { createClient } from 'cellar/client'
import { TableRouter } from 'cellar/serve'
const photos = defineTable('photos', {
  id: t.uuid().primaryKey().default(uuid7()),
  photo: t.image(),
  title: t.string(),
  tags: t.json<string[]>().nullable(),
  taken: t.timestamp().nullable(),
})
  .computed('slug', (c) => c.title.lower())
  .computed('short', (c) => c.title.upper())
const excerpt = defineFunction({
  name: 'excerpt',
  args: { text: t.string(), length: t.int().default(12) },
  returns: t.string(),
  run: ({ text, length }) => text.slice(0, length),
})
const search = defineQuery('search', { text: t.string() }, ({ text }, { from }) =>
  from(photos).where((c) => c.title.contains(text)).select((c) => ({ id: c.id, title: c.title })))
const api = new TableRouter()
  .addInsertRoute(photos, { path: '/photos', inputs: ['title', 'tags'], uploadInputs: ['photo'], outputs: ['id'] })
  .addQueryRoute(search, { path: '/search' })
  .addDeleteRoute(photos, { path: '/photos/:id', method: 'delete' })
  .addUpdateRoute(photos, { path: '/photos/:id', method: 'patch', inputs: ['title'], outputs: ['id'] })
const client = createClient<typeof api>({ baseUrl: '' })
const cellar = await open()
const router = new TableRouter()
`

/** Statements with the parts that their message has. */
const cases: readonly (readonly [mistake: string, statement: string, parts: readonly string[]])[] = [
  [
    'a computed column given to insert',
    `await cellar.insert(photos, [{ photo: 'a.jpg', title: 'x', slug: 'y' }])`,
    [`'slug' does not exist in type '{ id?: string | undefined; photo: MediaInput; title: string; `],
  ],
  [
    'a required column left out of insert',
    `await cellar.insert(photos, [{ title: 'x' }])`,
    [`Property 'photo' is missing in type '{ title: string; }'`],
  ],
  [
    'a misspelt column in an expression',
    `photos.computed('z', (c) => c.titel.lower())`,
    [`Property 'titel' does not exist on type '{ readonly id: `, `Did you mean 'title'?`],
  ],
  [
    'a comparison with null',
    `cellar.from(photos).where((c) => c.taken.eq(null))`,
    [`Argument of type 'null' is not assignable to parameter of type 'Date | Expr<"timestamp", `],
  ],
  [
    'a comparison with another type',
    `cellar.from(photos).where((c) => c.title.eq(3))`,
    [`Argument of type 'number' is not assignable to parameter of type 'string | Expr<`],
  ],
  [
    'a condition that is no condition',
    `cellar.from(photos).where((c) => c.title)`,
    [
      `Type 'TextExpr<never>' is not assignable to type 'Condition'`,
      `Type '"string"' is not assignable to type '"bool"'`,
    ],
  ],
  [
    'a column named twice',
    `photos.computed('slug', (c) => c.title)`,
    [`Argument of type '"slug"' is not assignable to`, 'Refused<"column slug is already declared">'],
  ],
  [
    'a name that starts with _',
    `defineTable('u', { _id: t.int() })`,
    ['Refused<"column names starting with _ are reserved: _id">'],
  ],
  ['a missing argument', 'excerpt({})', [`Property 'text' is missing in type '{}'`]],
  ['an unknown argument', `excerpt({ text: 'x', size: 3 })`, [`'size' does not exist in type`]],
  [
    'a misspelt output',
    `router.addInsertRoute(photos, { path: '/p', outputs: ['id', 'tumb'] })`,
    [`Type '"tumb"' is not assignable to type '"id" | "photo" | "short" | "slug" | `],
  ],
  [
    'a misspelt input',
    `router.addInsertRoute(photos, { path: '/p', inputs: ['titel'] })`,
    [
      `Type '"titel"' is not assignable to type '"id" | "photo" | "tags" | "taken" | "title" | ColumnOf<"photos", `,
      `Did you mean '"title"'?`,
    ],
  ],
  [
    'a computed column as input',
    `router.addInsertRoute(photos, { path: '/p', inputs: ['title', 'photo', 'slug'] })`,
    [`Type '"slug"' is not assignable to type '"id" | "photo" | "tags" | "taken" | "title" | ColumnOf<"photos", `],
  ],
  [
    'an upload of text',
    `router.addInsertRoute(photos, { path: '/p', uploadInputs: ['title'] })`,
    [`Type '"title"' is not assignable to type '"photo" | ColumnOf<"photos", "photo">'`],
  ],
  [
    'a required column that no request can give',
    `router.addInsertRoute(photos, { path: '/p', inputs: ['tags'], uploadInputs: ['photo'] })`,
    [`Refused<"required column 'title' is in neither inputs nor uploadInputs">`],
  ],
  [
    'an unknown option of a route',
    `router.addInsertRoute(photos, { path: '/p', outputz: ['id'] })`,
    [`'outputz' does not exist in type`],
  ],
  [
    'an output that a query does not have',
    `router.addQueryRoute(search, { path: '/q', outputs: ['tags'] })`,
    [`Type '"tags"' is not assignable to type '"id" | "title"'`],
  ],
  [
    'an unknown path',
    `await client.call('/photoz', {})`,
    [`Argument of type '"/photoz"' is not assignable to parameter`],
  ],
  [
    'an upload given as text',
    `await client.call('/photos', { title: 'x', photo: 'cat.jpg' })`,
    [`Type 'string' is not assignable to type 'Upload'`],
  ],
  [
    'an unknown field',
    `await client.call('/search', { text: 'x', nope: 1 })`,
    [
      `'nope' does not exist in type '{ limit?: number | undefined; after?: string | null | undefined; text: string; }'`,
    ],
  ],
  [
    'a path with several methods and none given',
    `await client.call('/photos/:id', { id: 'x' })`,
    ['Expected 3 arguments, but got 2'],
  ],
]

let report: readonly string[] = []

beforeAll(async () => {
  await using project = await createTypedProject()
  const files = cases.map(([, statement], i) => [`case${i}.ts`, `${prelude}${statement}\n`] as const)
  const check = await project.check('mistakes', new Map(files), ['--pretty', 'false'])
  // A message goes on in lines that are indented.
  report = check.report.split(/\n(?=\S)/)
})

test.each(cases.map(([mistake, , parts], i) => [mistake, i, parts] as const))('%s is named', (_, i, parts) => {
  const message = report.filter((text) => new RegExp(`case${i}\\.ts\\(`).test(text)).join('\n')
  for (const part of parts) expect(message).toContain(part)
})
