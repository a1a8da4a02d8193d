import type { FastifyInstance } from 'fastify'

/** The other side of a comparison: listens, and tells who started it the port. `end` closes what it has open besides. */
export async function listenByHand(app: FastifyInstance, end?: () => Promise<unknown>): Promise<void> {
  await app.listen({ port: 0, host: '127.0.0.1' })
  const address = app.server.address()
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 })
  process.on(
    'SIGTERM',
    () =>
      void app
        .close()
        .then(end)
        .then(() => process.exit(0)),
  )
}
