import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { types } from './kinds.ts'
import { createMedia } from './media.ts'
import { mediaType } from './media-type.ts'
import { invalid, misdeclared } from './testing/refusal.ts'

const SHA = 'a'.repeat(64)
const REF = `cellar:${SHA}.jpg`

describe('media types', () => {
  test('read a cell as the store wrote it', () => {
    expect(types.image.decode(REF)).toEqual({ kind: 'image', url: REF, sha256: SHA, mime: 'image/jpeg' })
  })

  test('know nothing about what an external URL leads to', () => {
    const url = 'https://example.com/a.jpg'
    expect(types.image.decode(url)).toEqual({ kind: 'image', url, sha256: null, mime: null })
  })

  test.each([
    ['a path', 'cat.jpg'],
    ['a URL as text', 'https://example.com/a.jpg'],
    ['a URL', new URL('https://example.com/a.jpg')],
    ['bytes', new Uint8Array(3)],
    ['a Blob', new Blob(['x'])],
    ['a File', new File(['x'], 'x.jpg')],
    ['a web stream', new Blob(['x']).stream()],
    ['a Node stream', Readable.from(['x'])],
    ['a ref', REF],
    ['a media value', createMedia('image', REF)],
  ])('take %s in the library, as it is', (_, value) => {
    expect(types.image.parse(value)).toBe(value)
  })

  test.each([
    ['empty text', ''],
    ['NUL', 'a\0.jpg'],
    ['a broken ref', 'cellar:abc.jpg'],
    ['a number', 5],
    ['an object', {}],
    ['media of another kind', createMedia('video', REF)],
    ['null', null],
  ])('refuse %s', (_, value) => {
    expect(() => types.image.parse(value)).toThrowError(invalid)
  })

  test.each(['https://example.com/a.jpg', 'data:image/png;base64,AA=='])('take %s on the wire', (url) => {
    expect(types.image.parseWire(url)).toBe(url)
    expect(types.image.parseText(url)).toBe(url)
  })

  test.each([
    'cat.jpg',
    '/etc/passwd',
    'file:///etc/passwd',
    REF,
    { kind: 'image', url: '/etc/passwd' },
    new Uint8Array(1),
  ])('refuse %j on the wire', (value) => {
    expect(() => types.image.parseWire(value)).toThrowError(invalid)
  })

  test('write only what lies in the store or at a URL', () => {
    expect(types.image.encode(createMedia('image', REF))).toBe(REF)
    expect(types.image.toWire(createMedia('image', REF))).toBe(REF)
    expect(() => types.image.encode('cat.jpg')).toThrowError(invalid)
  })

  test('can keep URLs as references, which then are the only form on the wire', () => {
    const type = mediaType('image', { reference: true })
    expect(type.toJson()).toEqual({ kind: 'image', reference: true })
    expect(() => type.parseWire('data:image/png;base64,AA==')).toThrowError(invalid)
    expect(() => mediaType('image', { width: 3 } as never)).toThrowError(misdeclared)
  })
})
