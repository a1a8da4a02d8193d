import { defineTable, open, t, uuid7 } from 'cellar'
import { createApp, serve, TableRouter } from 'cellar/serve'

const files = defineTable('files', { id: t.uuid().primaryKey().default(uuid7()), file: t.document() })
const api = new TableRouter({ limits: { file: 4 * 1024 ** 3, form: 4 * 1024 ** 3 } }).addInsertRoute(files, {
  path: '/files',
  uploadInputs: ['file'],
})

const cellar = await open({ home: process.env.BENCH_HOME as string })
await cellar.apply([api])
const server = await serve(await createApp([api], { cellar }), { cellar, port: 0 })
process.send?.({ port: server.port })
process.on(
  'SIGTERM',
  () =>
    void server
      .close()
      .then(() => cellar.close())
      .then(() => process.exit(0)),
)
