import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer } from './support/server-process.ts'

const TOTAL = 2 * 1024 ** 3
const GOAL_MEGABYTES = 100

/** Sends a 2 GB file and watches the resident memory of the server. Linux only: it reads /proc. */
export async function benchUpload(): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'cellar-bench-'))
  const server = await startServer('http/cellar-upload.ts', { BENCH_HOME: home })
  await send(server.port, 1024 ** 2)
  const before = await residentMegabytes(server.pid)
  let peak = before
  const timer = setInterval(() => {
    void residentMegabytes(server.pid).then((now) => {
      peak = Math.max(peak, now)
    })
  }, 50)
  const start = performance.now()
  await send(server.port, TOTAL)
  const seconds = (performance.now() - start) / 1000
  clearInterval(timer)
  const growth = peak - before
  console.log(
    `upload of 2 GB: memory grows by ${growth.toFixed(0)} MB, goal ${GOAL_MEGABYTES} ${growth < GOAL_MEGABYTES ? 'met' : 'MISSED'}; ${(TOTAL / 1024 ** 2 / seconds).toFixed(0)} MB/s`,
  )
  await server.close()
  await rm(home, { recursive: true, force: true })
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
}

function send(port: number, bytes: number): Promise<void> {
  const boundary = 'cellar-bench'
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="notes.txt"\r\n\r\n`
  const chunk = Buffer.alloc(1024 ** 2, 'some text that is valid UTF-8, again and again\n')
  return new Promise((resolve, reject) => {
    const call = request(
      {
        port,
        host: '127.0.0.1',
        path: '/files',
        method: 'POST',
        headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      },
      (response) => {
        let text = ''
        response.on('data', (part: Buffer) => {
          text += part.toString()
        })
        response.on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(text))))
      },
    )
    call.on('error', reject)
    call.write(head)
    let sent = 0
    const pump = () => {
      while (sent < bytes) {
        sent += chunk.length
        if (!call.write(chunk)) return call.once('drain', pump)
      }
      call.end(`\r\n--${boundary}--\r\n`)
    }
    pump()
  })
}
