// Runs in a process of its own, so that hostile content can crash, hang or bloat nothing but it.
import { type DecoderAnswer, DecoderError, type DecoderHandlers, type DecoderRequest } from './decoder-job.ts'
import { imageMetadataJob } from './image-metadata-job.ts'
import { transformImageJob } from './transform-image-job.ts'

const WATCH_MS = 25
const memoryLimit = Number(process.env.CELLAR_DECODER_MEMORY ?? Number.POSITIVE_INFINITY)

const HANDLERS: DecoderHandlers = {
  'transform-image': transformImageJob,
  'image-metadata': imageMetadataJob,
}

/** Ends at once: an ordinary exit would wait for the decoder's threads. */
function die(): void {
  process.kill(process.pid, 'SIGKILL')
}

async function answer(request: DecoderRequest): Promise<DecoderAnswer> {
  try {
    // The map pairs names and inputs; TypeScript cannot follow that through an index.
    const handle = HANDLERS[request.name] as (input: DecoderRequest['input']) => Promise<unknown>
    return { result: await handle(request.input) }
  } catch (error) {
    if (error instanceof DecoderError) return { failure: error.failure }
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'the decoder failed'
    return { failure: { code: 'MEDIA_DECODE_FAILED', details: { reason } } }
  }
}

let queue: Promise<unknown> = Promise.resolve()
process.on('disconnect', die)
process.on('message', (request: DecoderRequest) => {
  queue = queue.then(async () => {
    const watch = setInterval(() => {
      if (process.memoryUsage.rss() <= memoryLimit) return
      clearInterval(watch)
      process.send?.({ limit: `${memoryLimit} bytes of memory` } satisfies DecoderAnswer, die)
    }, WATCH_MS)
    const reply = await answer(request)
    clearInterval(watch)
    process.send?.(reply)
  })
})
