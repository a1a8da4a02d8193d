import { Compile } from 'typebox/schema'
import { expect, it } from 'vitest'
import { AUTHORIZATION, serveEverything } from '../support/openapi-fuzz/app.ts'
import { loadOperations, type Operation } from '../support/openapi-fuzz/document.ts'
import { useCellar } from '../support/use-cellar.ts'

const scene = useCellar([])
/** What says that the server understood every value. */
const UNDERSTOOD = [200, 202, 404, 409]

it('examples fit their schemas, and requests made of them are understood', async () => {
  const server = await serveEverything(scene.cellar)
  try {
    const operations = await loadOperations(server.url)
    const sent: string[] = []
    for (const operation of operations) {
      const subject = `${operation.method} ${operation.path}`
      for (const { schema, example } of shownOf(operation)) {
        const errors = Compile(schema as object).Errors(example)[1]
        expect(errors, `${subject}: ${JSON.stringify(example)}`).toEqual([])
      }
      const request = requestOf(operation)
      if (request === undefined) continue
      const response = await fetch(server.url + request.path, request.init)
      const answer = `${subject} ${request.init.body ?? ''}: ${response.status} ${await response.text()}`
      expect(UNDERSTOOD, answer).toContain(response.status)
      sent.push(subject)
    }
    expect(sent).toEqual(expect.arrayContaining(['POST /open/notes', 'GET /open/notes/{id}', 'PUT /open/notes']))
    expect(sent.length).toBeGreaterThan(15)
  } finally {
    await server.close()
  }
})

it('columns of every kind are in them', async () => {
  const server = await serveEverything(scene.cellar)
  try {
    const operations = await loadOperations(server.url)
    const insert = operations.find(({ method, path }) => method === 'POST' && path === '/open/notes')
    expect(insert?.body?.['application/json']?.example).toEqual({
      id: 1,
      title: 'text',
      stars: 1,
      price: '12.5',
      big: '1',
      weight: 1,
      taken: '2026-01-31T12:00:00.000Z',
      day: '2026-01-31',
      done: false,
      tags: ['text'],
      about: {},
      raw: 'AAEC',
      place: [1, 1],
      code: 'text',
      owner: 'nobody',
    })
  } finally {
    await server.close()
  }
})

/** Everything that is shown with a schema beside it. */
const shownOf = ({ parameters, body = {}, responses }: Operation) =>
  [
    ...parameters,
    ...Object.values(body),
    ...Object.values(responses).flatMap(({ content = {} }) => Object.values(content)),
  ].filter(({ example }) => example !== undefined)

/** Of operations without files, which have to be at hand. */
function requestOf({ method, path, parameters, body }: Operation) {
  const json = body?.['application/json']
  if (body && (json?.example === undefined || 'multipart/form-data' === Object.keys(body)[0])) return undefined
  const needed = parameters.filter(({ required }) => required)
  if (needed.some(({ example }) => example === undefined)) return undefined
  let target = path
  const query = new URLSearchParams()
  for (const { name, in: where, example } of needed) {
    if (where === 'path') target = target.replace(`{${name}}`, encodeURIComponent(String(example)))
    if (where === 'query') query.set(name, String(example))
  }
  const headers = { authorization: AUTHORIZATION, ...(body ? { 'content-type': 'application/json' } : {}) }
  const init = { method, headers, ...(body ? { body: JSON.stringify(json?.example) } : {}) }
  return { path: query.size === 0 ? target : `${target}?${query}`, init }
}
