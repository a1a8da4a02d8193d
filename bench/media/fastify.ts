import serveStatic from '@fastify/static'
import Fastify from 'fastify'
import { listenByHand } from '../support/listen-by-hand.ts'

/** What a good engineer writes by hand: files named by their content, so that nobody asks for one again. */
const app = Fastify()
await app.register(serveStatic, {
  root: process.env.BENCH_FOLDER ?? '',
  prefix: '/media/',
  maxAge: '1y',
  immutable: true,
})

await listenByHand(app)
