import { describe, expect, it } from 'vitest'
import { defineFunction } from '../../expr/define-function.ts'
import { defineQuery } from '../../query/query-definition.ts'
import { defineTable } from '../../schema/define-table.ts'
import { t } from '../../types/t.ts'
import { stateOf } from '../router-state.ts'
import { TableRouter } from '../table-router.ts'
import { openapiDocument } from './document.ts'

const shorten = defineFunction({
  name: 'documentTestShorten',
  description: 'The beginning',
  args: { text: t.string() },
  returns: t.string(),
  run: ({ text }) => text.slice(0, 3),
})
const photos = defineTable('photos', {
  id: t.uuid().primaryKey(),
  photo: t.image().comment('The picture'),
  title: t.string(),
  tags: t.json<string[]>().nullable(),
  stars: t.int().default(3),
})
  .computed('slug', (c) => c.title.lower())
  .computed('short', (c) => shorten({ text: c.title }))
const search = defineQuery('search', { text: t.string(), limit: t.int().default(10) }, ({ text, limit }, { from }) =>
  from(photos)
    .where((c) => c.title.contains(text))
    .limit(limit)
    .select((c) => ({ id: c.id, photo: c.photo })),
)
const titles = defineQuery('titles', {}, (_, { from }) => from(photos).select((c) => ({ title: c.title })))

const router = new TableRouter({ prefix: '/api', tags: ['photos'] })
  .addInsertRoute(photos, { path: '/photos', uploadInputs: ['photo'], outputs: ['id', 'photo', 'slug', 'short'] })
  .addInsertRoute(photos, { path: '/later', background: true, summary: 'Do it later', description: 'In a job.' })
  .addUpdateRoute(photos, { path: '/photos/:id', method: 'patch', inputs: ['title'] })
  .addDeleteRoute(photos, { path: '/photos/:id', method: 'delete' })
  .addComputeRoute(photos, {
    path: '/thumb',
    uploadInputs: ['photo'],
    inputs: [],
    outputs: ['photo'],
    returnFile: true,
  })
  .addQueryRoute(search, { path: '/search' })
  .addQueryRoute(search, { path: '/search', method: 'get', oneRow: true })

type Json = { readonly [key: string]: Json } & { readonly [index: number]: Json }
const document = openapiDocument([stateOf(router)]) as unknown as Json
const operation = (path: string, method: string) => document.paths?.[path]?.[method] as Json

/** Every `$ref` of the document leads somewhere. */
function refsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  const own = '$ref' in value ? [String(value.$ref)] : []
  return [...own, ...Object.values(value).flatMap(refsOf)]
}

describe('openapiDocument', () => {
  it('describes columns by their comment, or by the function that computes them', () => {
    const text = JSON.stringify(document)
    expect(text).toContain('"description":"The picture"')
    expect(text).toContain('"short":{"type":"string","description":"The beginning"}')
  })

  it('describes a query as it is declared, unless the route says otherwise', () => {
    const query = defineQuery(
      'described',
      { word: t.string().comment('A single word') },
      ({ word }, { from }) =>
        from(photos)
          .where((c) => c.title.contains(word))
          .select((c) => ({ photo: c.photo, short: c.short, again: shorten({ text: c.title }) })),
      { description: 'Photos with a word in their title' },
    )
    const routes = new TableRouter()
      .addQueryRoute(query, { path: '/a' })
      .addQueryRoute(query, { path: '/b', method: 'get', description: 'Otherwise' })
    const { paths } = openapiDocument([stateOf(routes)]) as unknown as Json
    expect(paths?.['/a']?.post?.description).toBe('Photos with a word in their title')
    expect(paths?.['/b']?.get?.description).toBe('Otherwise')
    expect(paths?.['/b']?.get?.parameters?.[0]).toMatchObject({ name: 'word', description: 'A single word' })
    const text = JSON.stringify(paths?.['/a'])
    for (const column of ['photo', 'short', 'again'])
      expect(text).toMatch(new RegExp(`"${column}":{[^}]*"description":`))
    expect(() => defineQuery('odd', {}, (_, { from }) => from(photos), { description: 1 as never })).toThrow()
  })

  it('describes every route, with media and jobs where they are', () => {
    expect(Object.keys(document.paths as object)).toEqual([
      '/api/photos',
      '/api/later',
      '/api/photos/{id}',
      '/api/thumb',
      '/api/search',
      '/api/jobs',
      '/api/jobs/{id}',
      '/api/jobs/{id}/cancel',
      '/api/jobs/{id}/retry',
      '/api/media/{file}',
    ])
  })

  it('offers media only where an answer leads to them', () => {
    const texts = new TableRouter({ prefix: '/texts' })
      .addQueryRoute(titles, { path: '/titles' })
      .addComputeRoute(photos, {
        path: '/thumb',
        uploadInputs: ['photo'],
        inputs: [],
        outputs: ['photo'],
        returnFile: true,
      })
    const plain = new TableRouter()
    plain.get('/', (c) => c.redirect('/texts'))
    const both = openapiDocument([stateOf(plain), stateOf(texts)])
    expect(Object.keys(both.paths as object)).toEqual(['/texts/titles', '/texts/thumb'])
  })

  it('names operations by kind and path, each once', () => {
    const ids = Object.values(document.paths as object).flatMap((methods) =>
      Object.values(methods as object).map((entry) => (entry as { operationId: string }).operationId),
    )
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toEqual(
      expect.arrayContaining([
        'insertPhotos',
        'updatePhotosById',
        'deletePhotosById',
        'querySearch',
        'querySearchGet',
        'getJobApi',
      ]),
    )
  })

  it('takes files in a form, and as data URLs in JSON', () => {
    const content = operation('/api/photos', 'post').requestBody?.content as Json
    expect(Object.keys(content)).toEqual(['multipart/form-data', 'application/json', 'application/x-ndjson'])
    expect(content['multipart/form-data']?.schema).toMatchObject({
      type: 'object',
      required: ['id', 'title', 'photo'],
      additionalProperties: false,
      properties: {
        photo: { type: 'string', format: 'binary', contentMediaType: 'image/*', description: 'The picture' },
        stars: { type: 'integer', default: 3 },
        tags: { anyOf: [{}, { type: 'null' }] },
      },
    })
    const [one, many] = (content['application/json']?.schema?.oneOf ?? []) as Json[]
    expect(one?.properties?.photo).not.toHaveProperty('contentMediaType')
    expect(many).toEqual({ type: 'array', items: one })
  })

  it('answers an object with an object and a list with a list', () => {
    const schema = operation('/api/photos', 'post').responses?.['200']?.content?.['application/json']?.schema
    const [row, batch] = (schema?.oneOf ?? []) as Json[]
    expect(row).toMatchObject({ required: ['id', 'photo', 'slug', 'short'] })
    expect(batch).toMatchObject({
      properties: { rows: { items: row }, errors: { items: { $ref: '#/components/schemas/RowError' } } },
      required: ['count', 'rows', 'errors'],
    })
    expect(operation('/api/photos', 'post').parameters).toMatchObject([
      { name: 'onInvalid', in: 'query', required: false, schema: { enum: ['abort', 'skip'] } },
      { name: 'Idempotency-Key', in: 'header', required: false },
    ])
    const one = operation('/api/photos/{id}', 'patch')
    expect(Object.keys(one.requestBody?.content as object)).toEqual(['application/json', 'multipart/form-data'])
    expect(one.responses?.['200']?.content?.['application/json']?.schema).toMatchObject({ type: 'object' })
  })

  it('describes upserts, and choices of the caller', () => {
    const routes = new TableRouter().addUpsertRoute(photos, {
      path: '/u',
      method: 'put',
      outputs: ['id', 'slug'],
      onError: 'caller',
    })
    const put = (openapiDocument([stateOf(routes)]) as unknown as Json).paths?.['/u']?.put as Json
    expect(put).toMatchObject({ operationId: 'upsertU', summary: 'Insert or update one or more rows of photos' })
    expect(put.parameters?.[1]).toMatchObject({ name: 'onError', schema: { enum: ['abort', 'store'] } })
    expect(put.requestBody?.content?.['application/json']?.schema?.oneOf?.[0]).toMatchObject({
      required: ['id', 'photo', 'title'],
    })
    const row = put.responses?.['200']?.content?.['application/json']?.schema?.oneOf?.[0]
    expect(row?.properties?.slug).toMatchObject({ anyOf: [{ type: 'string' }, { type: 'null' }] })
  })

  it('puts path parameters and the query string where they are', () => {
    expect(operation('/api/photos/{id}', 'patch').parameters).toMatchObject([
      { name: 'id', in: 'path', required: true },
      { name: 'Idempotency-Key', in: 'header', required: false },
      { name: 'If-Match', in: 'header', required: false },
    ])
    expect(operation('/api/photos/{id}', 'delete')).not.toHaveProperty('requestBody')
    expect(operation('/api/search', 'get').parameters).toMatchObject([
      { name: 'text', in: 'query', required: true },
      { name: 'limit', in: 'query', required: false, schema: { default: 10 } },
      { name: 'If-None-Match', in: 'header', required: false },
    ])
  })

  it('describes what is conditional, and the words of the list of jobs', () => {
    const search = operation('/api/search', 'get')
    expect(search.parameters).toContainEqual(expect.objectContaining({ name: 'If-None-Match', in: 'header' }))
    expect(search.responses).toHaveProperty('304')
    const upsert = new TableRouter().addUpsertRoute(photos, { path: '/photos', method: 'put' })
    expect(openapiDocument([stateOf(upsert)])).toHaveProperty(['paths', '/photos', 'put', 'responses', '404'])
    const jobs = operation('/api/jobs', 'get')
    expect(jobs.parameters).toMatchObject([{ name: 'state' }, { name: 'limit' }, { name: 'after' }])
    expect(jobs.responses).toHaveProperty('422')
  })

  it('describes every answer', () => {
    expect(Object.keys(operation('/api/photos/{id}', 'patch').responses as object)).toEqual([
      '200',
      '400',
      '404',
      '409',
      '412',
      '413',
      '415',
      '422',
      '500',
      '503',
      '507',
    ])
    expect(operation('/api/later', 'post')).toMatchObject({ summary: 'Do it later', description: 'In a job.' })
    expect(operation('/api/later', 'post').responses).toHaveProperty('202')
    expect(operation('/api/thumb', 'post').responses?.['200']?.content).toHaveProperty(['image/*'])
    const rows = operation('/api/search', 'post').responses?.['200']?.content?.['application/json']?.schema
    expect(rows).toMatchObject({ properties: { rows: { type: 'array', items: { required: ['id', 'photo'] } } } })
  })

  it('refers to nothing that is not there', () => {
    for (const ref of refsOf(document)) {
      const found = ref
        .slice(2)
        .split('/')
        .reduce<Json | undefined>((at, key) => at?.[key], document)
      expect([ref, found]).toEqual([ref, expect.anything()])
    }
  })
})
