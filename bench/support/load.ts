import { Agent, type RequestOptions, request } from 'node:http'

export interface LoadResult {
  /** Requests a second. */
  readonly rate: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

/** Sends `count` requests over `connections` kept-alive connections, each waiting for its answer before the next. */
export async function load(options: {
  readonly port: number
  readonly path: string | ((n: number) => string)
  readonly connections: number
  readonly count: number
  /** The body of the nth request, which is a POST; without it they are GETs. */
  readonly body?: (n: number) => string
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>>
}): Promise<LoadResult> {
  const { port, path, connections, count, body, headers = {} } = options
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const times = new Float64Array(count)
  let next = 0
  const worker = async () => {
    while (next < count) {
      const n = next
      next += 1
      const start = performance.now()
      await send(
        { agent, host: '127.0.0.1', port, path: typeof path === 'string' ? path : path(n), headers },
        body?.(n),
      )
      times[n] = performance.now() - start
    }
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: connections }, worker))
  const seconds = (performance.now() - start) / 1000
  agent.destroy()
  times.sort()
  return {
    rate: count / seconds,
    p50: times[Math.floor(count / 2)] as number,
    p99: times[Math.floor(count * 0.99)] as number,
  }
}

function send(options: RequestOptions, body: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request(body === undefined ? options : asPost(options, body), (response) => {
      const failed = (response.statusCode ?? 500) >= 300
      let text = ''
      response.on('data', (chunk: Buffer) => {
        if (failed) text += chunk.toString()
      })
      response.on('end', () => (failed ? reject(new Error(`${response.statusCode}: ${text}`)) : resolve()))
    })
    call.on('error', reject)
    call.end(body)
  })
}

const asPost = (options: RequestOptions, body: string): RequestOptions => ({
  ...options,
  method: 'POST',
  headers: { ...options.headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
})
