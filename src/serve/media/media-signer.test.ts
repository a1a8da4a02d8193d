import { describe, expect, it } from 'vitest'
import { createMediaSigner } from './media-signer.ts'

const file = `${'a'.repeat(64)}.jpg`
const key = new Uint8Array(32).fill(7)

function parts(query: string) {
  const given = new URLSearchParams(query)
  return [given.get('expires') ?? undefined, given.get('signature') ?? undefined] as const
}

describe('createMediaSigner', () => {
  it('gives equal URLs within a window and other ones in the next', () => {
    let now = 1_000_000_000_000
    const signer = createMediaSigner(key, '/api', () => now)
    const first = signer.query(file)
    now += 1000
    expect(signer.query(file)).toBe(first)
    now += 3_600_000
    expect(signer.query(file)).not.toBe(first)
  })

  it('accepts what it signed until it expires, at least an hour', () => {
    let now = 1_000_000_000_000
    const signer = createMediaSigner(key, '/api', () => now)
    const query = parts(signer.query(file))
    now += 3_599_000
    expect(signer.check(file, ...query)).toBeGreaterThan(0)
    now += 3_600_000
    expect(signer.check(file, ...query)).toBeUndefined()
  })

  it('refuses another hash, another prefix, another key and a longer life', () => {
    const signer = createMediaSigner(key, '/api')
    const [expires, signature] = parts(signer.query(file))
    expect(signer.check(file.replace('a', 'b'), expires, signature)).toBeUndefined()
    expect(createMediaSigner(key, '/other').check(file, expires, signature)).toBeUndefined()
    expect(createMediaSigner(new Uint8Array(32), '/api').check(file, expires, signature)).toBeUndefined()
    expect(signer.check(file, String(Number(expires) + 3600), signature)).toBeUndefined()
    expect(signer.check(file, undefined, undefined)).toBeUndefined()
    expect(signer.check(file, 'NaN', signature)).toBeUndefined()
  })
})
