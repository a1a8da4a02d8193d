import { spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { createClient } from 'cellar/client'
import type { api } from '../examples/photos/app.ts'

/**
 * What `npm start` runs: `cellar dev` on the photos example, with the embedded database kept beside it. At the first
 * start its pictures are inserted over HTTP, as any client would. Arguments are passed to `cellar dev`.
 */
const example = new URL('../examples/photos/', import.meta.url)
const cli = fileURLToPath(new URL('../dist/cli/bin.js', import.meta.url))
const args = process.argv.slice(2)
const child = spawn(process.execPath, [cli, 'dev', 'app.ts', ...args], {
  cwd: fileURLToPath(example),
  stdio: ['inherit', 'pipe', 'inherit'],
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
child.on('exit', (code) => process.exit(code ?? 1))

let greeted = false
let printed = ''
child.stdout.on('data', (chunk: Buffer) => {
  process.stdout.write(chunk)
  if (greeted) return
  printed += chunk.toString()
  const address = /https?:\/\/[^\s/]+/.exec(printed)?.[0]
  if (address === undefined || !printed.includes('\n')) return
  greeted = true
  welcome(address).catch((error: unknown) => console.error(error))
})

async function welcome(address: string): Promise<void> {
  const client = createClient<typeof api>({ baseUrl: `${address}/api` })
  const { rows } = await client.call('/photos/search', { limit: 1 }, { method: 'get' })
  if (rows.length === 0) await insertPictures(client)
  console.log(`
Gallery   ${address}/api/gallery
Docs      ${address}/docs
OpenAPI   ${address}/openapi.json

Try:
  curl '${address}/api/photos/search?text=forest'
  curl -F photo=@examples/photos/pictures/winter-lake.jpg -F title='My lake' ${address}/api/photos
  curl -F photo=@examples/photos/pictures/desert-noon.jpg -F title='Not stored' ${address}/api/photos/preview
  curl ${address}/health/ready
`)
}

async function insertPictures(client: ReturnType<typeof createClient<typeof api>>): Promise<void> {
  const folder = new URL('pictures/', example)
  for (const name of (await readdir(folder)).toSorted()) {
    const words = name.replace(/\.\w+$/, '').replaceAll('-', ' ')
    const title = `${words.charAt(0).toUpperCase()}${words.slice(1)}`
    const photo = new File([await readFile(new URL(name, folder))], name)
    await client.call('/photos', { photo, title, tags: words.split(' ') })
  }
}
