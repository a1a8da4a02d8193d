import { readFile } from 'node:fs/promises'
import { parentPort } from 'node:worker_threads'
import type { FunctionContext } from '../../func/function-context.ts'
import type { DeclaredFunction, FunctionArgs } from '../../func/function-definition.ts'
import { findFunction } from '../../func/registry.ts'
import type { Media } from '../../types/media.ts'
import { fromErrorData, toErrorData } from './error-data.ts'
import type { CallMessage, FromThread, PathMessage, ToThread } from './messages.ts'

/** The entry of a worker thread that runs functions with `thread: true`, one call at a time. */
const questions = new Map<number, (answer: PathMessage) => void>()
let lastQuestion = 0

parentPort?.on('message', (message: ToThread) => {
  if (message.type === 'path') {
    questions.get(message.question)?.(message)
    questions.delete(message.question)
    return
  }
  void answerCall(message)
})

async function answerCall(message: CallMessage): Promise<void> {
  const definition = await load(message)
  if (typeof definition === 'string') {
    send({ type: 'unavailable', reason: definition })
    return
  }
  send({ type: 'begin' })
  try {
    sendResult(await invoke(definition, message.input))
  } catch (error) {
    send({ type: 'error', error: toErrorData(error) })
  }
}

/** The function, or the reason why it cannot be had. */
async function load({ module, name, version }: CallMessage): Promise<DeclaredFunction | string> {
  try {
    await import(module)
  } catch (error) {
    return `its module does not load: ${error instanceof Error ? error.message : String(error)}`
  }
  return findFunction(name, version) ?? `its module does not define it when it is imported`
}

function invoke(definition: DeclaredFunction, input: unknown): unknown {
  return definition.runBatch
    ? definition.runBatch(input as readonly FunctionArgs[], context)
    : definition.run?.(input as FunctionArgs, context)
}

const context: FunctionContext = Object.freeze({
  // A thread that has to stop is ended: it may be unable to listen.
  signal: new AbortController().signal,
  media: {
    path: (media: Media) => askPath(media),
    bytes: async (media: Media) => readFile(await askPath(media)),
    scratch: () => askPath(undefined),
  },
})

async function askPath(media: Media | undefined): Promise<string> {
  lastQuestion += 1
  const question = lastQuestion
  const answer = await new Promise<PathMessage>((resolve) => {
    questions.set(question, resolve)
    send({ type: 'question', question, media })
  })
  if (answer.error) throw fromErrorData(answer.error)
  return answer.path ?? ''
}

function sendResult(value: unknown): void {
  const failed = Array.isArray(value) ? [...value.keys()].filter((at) => value[at] instanceof Error) : []
  try {
    if (failed.length === 0) send({ type: 'result', value })
    else {
      const values = (value as unknown[]).map((one) => (one instanceof Error ? toErrorData(one) : one))
      send({ type: 'partial', values, failed })
    }
  } catch (error) {
    send({ type: 'unsendable', reason: error instanceof Error ? error.message : String(error) })
  }
}

function send(message: FromThread): void {
  parentPort?.postMessage(message)
}
