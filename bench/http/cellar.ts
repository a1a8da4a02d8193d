import { open } from 'cellar'
import { createApp, serve } from 'cellar/serve'
import { api } from './cellar-app.ts'

const cellar = await open({
  home: process.env.BENCH_HOME as string,
  ...(process.env.BENCH_DATABASE_URL ? { databaseUrl: process.env.BENCH_DATABASE_URL } : {}),
})
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
