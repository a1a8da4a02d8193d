import { open } from 'cellar'
import { background, serve, TableRouter } from 'cellar/serve'

// Starts work in the background that never ends.

export const api = new TableRouter({ prefix: '/api' })
api.post('/forever', async (c) => c.json(await background(c, () => new Promise(() => {})), 202))

if (import.meta.main) {
  const server = await serve(api, { cellar: await open(), port: 0 })
  console.log(server.url)
}
