import { Agent, request } from 'node:http'

const UPLOAD_BYTES = 64 * 1024
const ABORTED_BYTES = 32 * 1024
const WORKERS = 8
/** Rows that a worker keeps: the table does not grow, so that memory has no reason to. */
const KEPT_ROWS = 20
const BOUNDARY = 'cellar-soak'

interface Sent {
  readonly method: string
  readonly path: string
  readonly type?: string
  readonly accept?: string
  readonly body?: string | Buffer
  /** Leaves after so many bytes of the answer. */
  readonly leaveAfter?: number
}

export interface MixedLoad {
  /** Requests done by kind. */
  readonly done: ReadonlyMap<string, number>
  end(): Promise<void>
}

/** Writes with small files, reads, streams, clients that leave, and jobs, until it is told to end. */
export function mixedLoad(port: number): MixedLoad {
  const agent = new Agent({ keepAlive: true, maxSockets: WORKERS })
  const done = new Map<string, number>()
  let going = true
  const send = (sent: Sent) => exchange(agent, port, sent)
  const count = async <T>(kind: string, work: Promise<T>): Promise<T> => {
    const result = await work
    done.set(kind, (done.get(kind) ?? 0) + 1)
    return result
  }
  const worker = async (number: number) => {
    const rows: { id: string; file: string }[] = []
    for (let round = 0; going; round += 1) {
      const row = JSON.parse(await count('insert', send(upload(`item ${number} ${round}`)))) as (typeof rows)[number]
      rows.push(row)
      const path = `/api/items/${row.id}`
      const title = JSON.stringify({ title: `changed ${round}` })
      await count('update', send({ method: 'PATCH', path, type: 'application/json', body: title }))
      await count('lookup', send({ method: 'GET', path }))
      await count('list', send({ method: 'GET', path: '/api/items?limit=20' }))
      const file = new URL(row.file).pathname
      await count('aborted download', send({ method: 'GET', path: file, leaveAfter: ABORTED_BYTES / 2 }))
      const stream = { method: 'GET', path: '/api/items', accept: 'application/x-ndjson' }
      await count('NDJSON', send(stream))
      await count('aborted NDJSON', send({ ...stream, leaveAfter: 1 }))
      const later = JSON.stringify({ title: 'later' })
      const accepted = await count(
        'job',
        send({ method: 'POST', path: '/api/later', type: 'application/json', body: later }),
      )
      const { id } = JSON.parse(accepted) as { id: string }
      const job = JSON.parse(await send({ method: 'GET', path: `/api/jobs/${id}?wait=30` })) as {
        status: string
        result: { id: string }
      }
      if (job.status !== 'done') throw new Error(`a job is ${job.status}`)
      await count('delete', send({ method: 'DELETE', path: `/api/items/${job.result.id}` }))
      const old = rows.length > KEPT_ROWS ? rows.shift() : undefined
      if (old) await count('delete', send({ method: 'DELETE', path: `/api/items/${old.id}` }))
    }
    for (const { id } of rows) await count('delete', send({ method: 'DELETE', path: `/api/items/${id}` }))
  }
  const workers = Promise.all(Array.from({ length: WORKERS }, (_, number) => worker(number)))
  // It is told at the end.
  workers.catch(() => {})
  return {
    done,
    end: async () => {
      going = false
      await workers.finally(() => agent.destroy())
    },
  }
}

function upload(title: string): Sent {
  const file = Buffer.alloc(UPLOAD_BYTES, 'text that is valid UTF-8\n')
  // A few files are enough: each would be kept.
  file.write(`${title.length} ${title.slice(-1)} `)
  const part = (head: string) => `--${BOUNDARY}\r\ncontent-disposition: form-data; ${head}\r\n\r\n`
  const body = Buffer.concat([
    Buffer.from(`${part('name="title"')}${title}\r\n${part('name="file"; filename="x.txt"')}`),
    file,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ])
  return { method: 'POST', path: '/api/items', type: `multipart/form-data; boundary=${BOUNDARY}`, body }
}

function exchange(agent: Agent, port: number, sent: Sent): Promise<string> {
  const { method, path, type, accept = '*/*', body, leaveAfter } = sent
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
  const headers = { accept, ...(type === undefined ? {} : { 'content-type': type }), ...length }
  return new Promise((resolve, reject) => {
    const call = request({ agent, host: '127.0.0.1', port, method, path, headers }, (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('error', (error) => (leaveAfter === undefined ? reject(error) : resolve('')))
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        size += chunk.length
        if (leaveAfter !== undefined && size >= leaveAfter) {
          response.destroy()
          resolve('')
        }
      })
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        if ((response.statusCode ?? 500) < 300) resolve(text)
        else reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`))
      })
    })
    call.on('error', reject)
    call.end(body)
  })
}
