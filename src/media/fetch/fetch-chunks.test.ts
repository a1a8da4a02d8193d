import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type FetchOptions, fetchChunks } from './fetch-chunks.ts'
import { isPublicAddress } from './public-address.ts'

const OPTIONS: FetchOptions = { maxBytes: 1000, timeLimit: 5000, idleLimit: 2000, allowAddress: () => true }

/** The base URL of a server that lives as long as the test. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function fetchText(url: string, options: Partial<FetchOptions> = {}): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of fetchChunks(url, { ...OPTIONS, ...options })) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe('a URL that leads inside is refused', () => {
  test.each([
    'http://127.0.0.1/',
    'http://localhost/',
    'http://localhost./',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://0/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://10.1.2.3/',
    'http://192.168.0.1/',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
    'http://①②⑦.0.0.1/',
    'http://user:secret@93.184.216.34/',
    'https://user@93.184.216.34/',
    'ftp://93.184.216.34/a.png',
    'http://',
    'http://a b/',
  ])('%s', async (url) => {
    await expect(fetchText(url, { allowAddress: isPublicAddress })).rejects.toMatchObject({ code: 'MEDIA_URL_REFUSED' })
  })

  test('by a name, when any of its addresses is private', async () => {
    const resolve = async () => [
      { address: '93.184.216.34', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ]
    const options = { allowAddress: isPublicAddress, resolve }
    await expect(fetchText('http://two-faced.example/', options)).rejects.toMatchObject({ code: 'MEDIA_URL_REFUSED' })
  })

  test('without showing what its user, query and fragment say', async () => {
    const error = await fetchText('http://me:secret@10.0.0.1/a?token=secret#secret', {
      allowAddress: isPublicAddress,
    }).catch((caught: unknown) => caught)
    expect(String(error)).not.toContain('secret')
  })
})

test('a name is resolved once: what it says later changes nothing', async () => {
  const base = await serve((_request, response) => response.end('from the first address'))
  let asked = 0
  const resolve = async () => {
    asked += 1
    return [{ address: asked === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }]
  }
  expect(await fetchText(`http://changing.example:${new URL(base).port}/`, { resolve })).toBe('from the first address')
  expect(asked).toBe(1)
})

describe('redirects', () => {
  test('are followed, relative ones too', async () => {
    const base = await serve((request, response) => {
      if (request.url === '/a') response.writeHead(302, { location: 'b?c=1' }).end()
      else response.end(request.url)
    })
    expect(await fetchText(`${base}/a`)).toBe('/b?c=1')
  })

  test.each([
    ['to a private address', 'http://10.0.0.1/'],
    ['to a local name', 'http://localhost/'],
    ['to a loopback address in other words', 'http://2130706434/'],
    ['to another scheme', 'file:///etc/passwd'],
    ['to a URL with a password', 'http://a:b@93.184.216.34/'],
  ])('%s are refused', async (_name, location) => {
    let asked = 0
    const base = await serve((_request, response) => {
      asked += 1
      response.writeHead(301, { location }).end()
    })
    // The first host counts as public, so that it is the redirect that is judged.
    const allowAddress = (address: string) => asked === 0 || isPublicAddress(address)
    await expect(fetchText(base, { allowAddress })).rejects.toMatchObject({ code: 'MEDIA_URL_REFUSED' })
    expect(asked).toBe(1)
  })

  test('that never end are given up', async () => {
    let asked = 0
    const base = await serve((_request, response) => {
      asked += 1
      response.writeHead(307, { location: '/again' }).end()
    })
    await expect(fetchText(base)).rejects.toMatchObject({ code: 'MEDIA_FETCH_FAILED', retryable: false })
    expect(asked).toBe(6)
  })
})

describe('limits', () => {
  test('an announced length over the limit is refused before anything is read', async () => {
    const base = await serve((_request, response) => response.writeHead(200, { 'content-length': 5000 }).write('x'))
    await expect(fetchText(base)).rejects.toMatchObject({ code: 'MEDIA_TOO_LARGE' })
  })

  test('an endless body is cut at the limit', async () => {
    const base = await serve((_request, response) => {
      const timer = setInterval(() => response.write('x'.repeat(500)), 1)
      response.on('close', () => clearInterval(timer))
    })
    await expect(fetchText(base)).rejects.toMatchObject({ code: 'MEDIA_TOO_LARGE' })
  })

  test('a compressed bomb is cut at the limit of what comes out', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000))
    const base = await serve((_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb))
    await expect(fetchText(base, { maxBytes: 100_000 })).rejects.toMatchObject({ code: 'MEDIA_TOO_LARGE' })
  })

  test('silence is given up, before and during the answer', async () => {
    const base = await serve((request, response) => {
      if (request.url === '/half') response.write('x')
    })
    for (const path of ['/none', '/half'])
      await expect(fetchText(`${base}${path}`, { idleLimit: 50 })).rejects.toMatchObject({
        code: 'MEDIA_FETCH_FAILED',
        retryable: true,
      })
  })

  test('a body that drips is cut at the time limit', async () => {
    const base = await serve((_request, response) => {
      const timer = setInterval(() => response.write('x'), 5)
      response.on('close', () => clearInterval(timer))
    })
    await expect(fetchText(base, { timeLimit: 100 })).rejects.toMatchObject({ code: 'MEDIA_FETCH_FAILED' })
  })

  test('a name server that does not answer is cut at the time limit', async () => {
    const resolve = () => new Promise<never>(() => undefined)
    await expect(fetchText('http://slow.example/', { resolve, timeLimit: 50 })).rejects.toMatchObject({
      code: 'MEDIA_FETCH_FAILED',
    })
  })
})

describe('failures', () => {
  test.each([
    [404, false],
    [403, false],
    [429, true],
    [500, true],
    [503, true],
    [204, false],
  ])('an answer of %i is retryable: %s', async (status, retryable) => {
    const base = await serve((_request, response) => response.writeHead(status).end())
    await expect(fetchText(base)).rejects.toMatchObject({ code: 'MEDIA_FETCH_FAILED', retryable })
  })

  test('a body that breaks off is no content', async () => {
    const base = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half')
      setTimeout(() => response.destroy(), 10)
    })
    await expect(fetchText(base)).rejects.toMatchObject({ code: 'MEDIA_FETCH_FAILED', retryable: true })
  })

  test('nobody listens', async () => {
    await expect(fetchText('http://127.0.0.1:1/')).rejects.toMatchObject({
      code: 'MEDIA_FETCH_FAILED',
      retryable: true,
    })
  })

  test('the signal is obeyed', async () => {
    const base = await serve((_request, response) => response.write('x'))
    const abort = new AbortController()
    const fetching = fetchText(base, { signal: abort.signal })
    setTimeout(() => abort.abort(), 20)
    await expect(fetching).rejects.toMatchObject({ code: 'ABORTED' })
  })
})

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
] as const)('a body in %s is decoded, though it was not asked for', async (encoding, compress) => {
  const base = await serve((_request, response) =>
    response.writeHead(200, { 'content-encoding': encoding }).end(compress('hello')),
  )
  expect(await fetchText(base)).toBe('hello')
})

test('no credential and no cookie is sent', async () => {
  const base = await serve((request, response) => response.end(JSON.stringify(request.headers)))
  const headers = Object.keys(JSON.parse(await fetchText(base)) as object).toSorted()
  expect(headers).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent'])
})
