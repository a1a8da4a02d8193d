import { type Agent, request } from 'node:http'
import { gunzipSync } from 'node:zlib'
import type { FuzzRequest } from './requests.ts'

export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: Buffer
}

const PATIENCE_MILLISECONDS = 20_000

/** Sends the target as it is: `fetch` would tidy it. */
export function send(agent: Agent, port: number, asked: FuzzRequest): Promise<Answer> {
  const { method, target, body } = asked
  const headers = {
    ...asked.headers,
    ...(body?.type === undefined ? {} : { 'content-type': body.type }),
    ...(body ? { 'content-length': String(body.bytes.length) } : {}),
  }
  return new Promise((resolve, reject) => {
    const call = request({ agent, host: '127.0.0.1', port, method, path: target, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const raw = Buffer.concat(chunks)
        const isPacked = response.headers['content-encoding'] === 'gzip' && raw.length > 0
        const type = response.headers['content-type'] ?? ''
        resolve({ status: response.statusCode ?? 0, type, body: isPacked ? gunzipSync(raw) : raw })
      })
    })
    call.setTimeout(PATIENCE_MILLISECONDS, () => call.destroy(new Error('no answer in time')))
    call.on('error', reject)
    call.end(body?.bytes)
  })
}
