import { defineTable, open, t, uuid7 } from 'cellar'
import { serve, TableRouter } from 'cellar/serve'
import { api } from './cellar-app.ts'

const files = defineTable('files', { id: t.uuid().primaryKey().default(uuid7()), file: t.document() })
const uploads = new TableRouter({ prefix: '/files' }).addInsertRoute(files, {
  path: '/',
  uploadInputs: ['file'],
  outputs: ['id'],
})

const cellar = await open({
  home: process.env.BENCH_HOME as string,
  ...(process.env.BENCH_DATABASE_URL ? { databaseUrl: process.env.BENCH_DATABASE_URL } : {}),
})
await cellar.apply([api, uploads])
const server = await serve([api, uploads], { cellar, port: 0, logLevel: 'error' })
process.send?.({ port: server.port })
process.on(
  'SIGTERM',
  () =>
    void server
      .close()
      .then(() => cellar.close())
      .then(() => process.exit(0)),
)
