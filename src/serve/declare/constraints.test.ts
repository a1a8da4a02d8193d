import { describe, expect, it } from 'vitest'
import { defineQuery } from '../../query/query-definition.ts'
import { defineTable } from '../../schema/define-table.ts'
import { t } from '../../types/t.ts'
import { openapiDocument } from '../openapi/document.ts'
import { stateOf } from '../router-state.ts'
import { TableRouter } from '../table-router.ts'

const items = defineTable('items', {
  id: t.uuid().primaryKey(),
  title: t.string().nullable(),
  kind: t.string().default('plain'),
  stars: t.int().default(3),
  price: t.decimal().nullable(),
  big: t.bigint().nullable(),
  taken: t.timestamp().nullable(),
  tags: t.array(t.string()).nullable(),
  blob: t.binary().nullable(),
  open: t.bool().nullable(),
  meta: t.json().nullable(),
})
const byStars = defineQuery('byStars', { stars: t.int().default(1) }, ({ stars }, { from }) =>
  from(items).where((c) => c.stars.eq(stars)),
)

const declare = (constraints: object, options: object = {}) =>
  new TableRouter().addInsertRoute(items, { path: '/items', constraints, ...options } as never)

describe('constraints of inputs', () => {
  it.each([
    ['no object', { title: 3 }, 'constraints.title'],
    ['an unknown input', { titel: { minLength: 1 } }, "names 'titel'"],
    ['an unknown word', { title: { length: 1 } }, 'constraints.title.length'],
    ['a word of another type', { stars: { pattern: 'x' } }, 'constraints.stars.pattern'],
    ['a type that has none', { meta: { min: 1 } }, 'constraints.meta.min'],
    ['a bool', { open: { enum: [true] } }, 'constraints.open.enum'],
    ['a bound of another type', { stars: { min: '1' } }, 'constraints.stars.min'],
    ['a length that is no number', { title: { maxLength: '9' } }, 'constraints.title.maxLength'],
    ['a negative length', { title: { minLength: -1 } }, 'constraints.title.minLength'],
    ['min over max', { stars: { min: 5, max: 4 } }, 'constraints.stars.min is greater'],
    ['minLength over maxLength', { tags: { minLength: 5, maxLength: 4 } }, 'constraints.tags.minLength is greater'],
    ['an invalid pattern', { title: { pattern: '(' } }, 'constraints.title.pattern'],
    ['a pattern without linear time', { title: { pattern: '(a)\\1' } }, 'constraints.title.pattern'],
    ['a pattern with look-ahead', { title: { pattern: '(?=a)' } }, 'constraints.title.pattern'],
    ['a pattern with flags', { title: { pattern: /a/i } }, 'constraints.title.pattern has the flags i'],
    ['an empty enum', { title: { enum: [] } }, 'constraints.title.enum'],
    ['an enum with a value twice', { title: { enum: ['a', 'a'] } }, 'constraints.title.enum'],
    ['an enum of another type', { stars: { enum: ['a'] } }, 'constraints.stars.enum'],
    ['an enum that the rest refuses', { title: { enum: ['a', 'bb'], maxLength: 1 } }, 'constraints.title.enum has bb'],
    ['a column default that does not comply', { stars: { min: 4 } }, 'the default of its column is 3'],
  ])('are refused where they are declared: %s', (_, constraints, words) => {
    expect(() => declare(constraints)).toThrow(
      expect.objectContaining({ code: 'ROUTE_INVALID', message: expect.stringContaining(words) }),
    )
    expect(() => declare(constraints)).toThrow('addInsertRoute POST /items')
  })

  it('refuse a default of the route that does not comply', () => {
    expect(() => declare({ title: { minLength: 3 } }, { defaults: { title: 'ab' } })).toThrow('defaults.title is ab')
    expect(() => new TableRouter().addQueryRoute(byStars, { path: '/q', constraints: { stars: { min: 2 } } })).toThrow(
      'the default of its column is 1',
    )
  })

  it('leave defaults of columns alone where they are not used', () => {
    const router = new TableRouter().addUpdateRoute(items, { path: '/u', constraints: { stars: { min: 4 } } })
    expect(stateOf(router).declared).toHaveLength(1)
  })

  it('are in the document', () => {
    const router = declare({
      title: { minLength: 1, maxLength: 5, pattern: '^[a-z]+$' },
      kind: { enum: ['plain', 'fancy'] },
      stars: { min: 1, max: 5 },
      price: { min: '0.50' },
      tags: { minLength: 1, maxLength: 3 },
      taken: { min: new Date(0) },
    })
    const document = openapiDocument([stateOf(router)]) as unknown as {
      paths: Record<
        string,
        { post: { requestBody: { content: Record<string, { schema: { anyOf: { properties: object }[] } }> } } }
      >
    }
    const text = JSON.stringify(document.paths['/items']?.post.requestBody.content['multipart/form-data'])
    expect(text).toContain('"minLength":1,"maxLength":5,"pattern":"^[a-z]+$"')
    expect(text).toContain('"enum":["plain","fancy"]')
    expect(text).toContain('"minimum":1,"maximum":5')
    expect(text).toContain('"formatMinimum":"0.50"')
    expect(text).toContain('"minItems":1,"maxItems":3')
    expect(text).toContain('"formatMinimum":"1970-01-01T00:00:00.000Z"')
  })
})
