/** JSON Schemas of the routes: validated, serialised by, and shown in the OpenAPI document. */
const uuid = { type: 'string', format: 'uuid' } as const
const title = { type: 'string', minLength: 1, maxLength: 200 } as const
const tags = { type: ['array', 'null'], items: { type: 'string' } } as const
const url = { type: 'string', format: 'uri' } as const

export const photo = {
  type: 'object',
  properties: {
    id: uuid,
    photo: url,
    title: { type: 'string' },
    tags,
    taken: { type: 'string', format: 'date-time' },
    thumb: url,
    slug: { type: 'string' },
    width: { type: 'integer' },
    height: { type: 'integer' },
  },
} as const

const found = { type: 'object', properties: { id: uuid, title: { type: 'string' }, thumb: url } } as const
export const rows = { type: 'object', properties: { rows: { type: 'array', items: found } } } as const
export const deleted = { type: 'object', properties: { num_rows: { type: 'integer' } } } as const
export const preview = { type: 'object', properties: { thumb: url, slug: { type: 'string' } } } as const
export const accepted = { type: 'object', properties: { id: uuid, job_url: url } } as const
export const job = {
  type: 'object',
  properties: {
    id: uuid,
    status: { type: 'string', enum: ['pending', 'done', 'error'] },
    result: { anyOf: [photo, { type: 'null' }] },
    error: { type: ['string', 'null'] },
  },
} as const

export const key = { type: 'object', required: ['id'], properties: { id: uuid } } as const
export const search = {
  type: 'object',
  additionalProperties: false,
  properties: {
    text: { type: 'string', default: '' },
    limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
  },
} as const
export const update = { type: 'object', additionalProperties: false, properties: { title, tags } } as const
