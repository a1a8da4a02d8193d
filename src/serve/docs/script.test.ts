import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { SCRIPT } from './script.ts'

interface Given {
  readonly field: object
  readonly input: object
}
type ClientCallOf = (
  base: string,
  path: string,
  method: string,
  own: string,
  several: boolean,
  given: Given[],
) => string

const functions = SCRIPT.slice(0, SCRIPT.indexOf('start().catch'))
const clientCallOf = runInNewContext(`${functions};clientCallOf`, {
  location: { href: 'http://127.0.0.1:8000/docs' },
  URL,
}) as ClientCallOf

const text = (name: string, value: string, required = true): Given => ({
  field: { name, required, schema: { type: 'string' } },
  input: { value },
})
const file: Given = {
  field: { name: 'photo', required: true, schema: { type: 'string', format: 'binary' } },
  input: { files: [] },
}

describe('the client call that the docs show', () => {
  it('has the base address with the prefix, and the path below it', () => {
    expect(clientCallOf('', '/api/photos', 'post', '/photos', false, [text('title', "it's"), file])).toBe(
      `const client = createClient<typeof api>({ baseUrl: 'http://127.0.0.1:8000/api' })
await client.call('/photos', { title: 'it\\'s', photo: file })`,
    )
  })

  it('names the method where it has to, and keys that are no names', () => {
    const call = clientCallOf('/v1', '/api/photos/{id}', 'patch', '/photos/:id', false, [
      text('id', ''),
      text('a.b', 'c'),
      text('left', '', false),
    ])
    expect(call).toContain("baseUrl: 'http://127.0.0.1:8000/v1/api'")
    expect(call).toContain("client.call('/photos/:id', { id: …, 'a.b': 'c' }, { method: 'patch' })")
    expect(clientCallOf('', '/a', 'post', '/a', true, [])).toContain("client.call('/a', {}, { method: 'post' })")
  })
})
