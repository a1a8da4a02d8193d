import { threadId } from 'node:worker_threads'
import { defineFunction } from '../../expr/define-function.ts'
import { t } from '../../types/t.ts'

/** Functions for worker threads. The module has no other effect when it is imported. */
const common = { module: import.meta.url, thread: true } as const

export const whichThread = defineFunction({
  ...common,
  name: 'which_thread',
  args: { n: t.int() },
  returns: t.int(),
  run: () => threadId,
})

export const spin = defineFunction({
  ...common,
  name: 'spin',
  args: { n: t.int() },
  returns: t.int(),
  timeout: 200,
  run: ({ n }) => {
    while (n < 0);
    return n
  },
})

export const spinLong = defineFunction({
  ...common,
  name: 'spin_long',
  args: { n: t.int() },
  returns: t.int(),
  run: () => {
    for (;;);
  },
})

export const threadFailing = defineFunction({
  ...common,
  name: 'thread_failing',
  args: { how: t.string() },
  returns: t.string(),
  run: async ({ how }) => {
    if (how === 'busy') throw Object.assign(new Error('too many requests'), { status: 429 })
    if (how === 'exit') process.exit(3)
    if (how === 'later') {
      setTimeout(() => {
        throw new Error('out of nowhere')
      })
      await new Promise(() => undefined)
    }
    if (how === 'unsendable') return (() => undefined) as never
    throw new Error(`failed: ${how}`)
  },
})

export const threadBatch = defineFunction({
  ...common,
  name: 'thread_batch',
  args: { n: t.int() },
  returns: t.int(),
  batch: { size: 4 },
  runBatch: (rows) => rows.map(({ n }) => (n === 13 ? new Error('unlucky') : n * rows.length)),
})

export const threadPath = defineFunction({
  ...common,
  name: 'thread_path',
  args: { image: t.image() },
  returns: t.string(),
  run: async ({ image }, { media }) => media.path(image),
})
