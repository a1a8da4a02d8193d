// Node 22 has no `using`.
import { CellarError, type Media, open } from 'cellar'
import { createClient } from 'cellar/client'
import { thumbnail, width } from 'cellar/functions/image'
import { inspectMedia, transformImage } from 'cellar/media'
import { serve, TableRouter } from 'cellar/serve'
import { type api, photos } from './app.ts'
import { numbers } from './threads.ts'

// Types that a user relies on: an error here fails `tsc`.
type Row = { id: string; photo: Media<'image'>; title: string; thumb: Media<'image'>; short: string }
const client = createClient<typeof api>({ baseUrl: 'http://127.0.0.1:1/api' })

const cellar = await open()
await cellar.apply([photos, numbers])
const { rows } = await cellar.insert(numbers, [{ n: 1 }, { n: 2 }], { returnRows: true })
const inserted = await cellar.insert(photos, [{ photo: 'cat.jpg', title: 'A cat' }], { returnRows: true })
const cat: Row = inserted.rows[0]
const small = await transformImage('dog.jpg', [{ kind: 'resize', width: 32 }], { format: 'png' })
const server = await serve(new TableRouter(), { cellar, port: 0, logLevel: 'silent' })
const { status } = await fetch(`${server.url}/health/ready`)
await server.close()
await cellar.close()
console.log(
  JSON.stringify({
    places: rows.map((row) => row.place),
    short: cat.short,
    kind: (await inspectMedia('cat.jpg')).kind,
    small: Object.keys(small).length > 0,
    entries: [client.call, thumbnail, width, CellarError].map((entry) => typeof entry),
    status,
  }),
)
