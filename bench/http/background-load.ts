import { load } from '../support/load.ts'

/** Uploads and inserts without end until it is told to stop; a process of its own, so that it delays no measurement. */
const port = Number(process.env.BENCH_PORT)
const UPLOADS = 10
const UPLOAD_BYTES = 4 * 1024 ** 2
const CONNECTIONS = 64

let going = true
let id = Number(process.env.BENCH_FIRST_ID)
const body = () => {
  id += 1
  return JSON.stringify({ id, text: `note number ${id}` })
}

async function upload(worker: number): Promise<void> {
  const text = Buffer.alloc(UPLOAD_BYTES, 'some text that is valid UTF-8, again and again\n')
  for (let n = 0; going; n += 1) {
    // Content that is stored already would not be written.
    text.write(`${process.pid} ${worker} ${n} `)
    const form = new FormData()
    form.append('file', new Blob([text]), 'x.txt')
    const answer = await fetch(`http://127.0.0.1:${port}/files`, { method: 'POST', body: form })
    if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`)
    await answer.arrayBuffer()
  }
}

async function insert(): Promise<void> {
  while (going) await load({ port, path: '/notes', connections: CONNECTIONS, count: CONNECTIONS * 8, body })
}

process.on('SIGTERM', () => {
  going = false
})
process.send?.({ port })
await Promise.all([insert(), ...Array.from({ length: UPLOADS }, (_, worker) => upload(worker))])
process.disconnect?.()
