import { expect, test } from 'vitest'
import { workerEntry } from './worker-entry.ts'

test('a worker has the extension of the module that starts it', () => {
  expect(workerEntry('worker', 'file:///a/src/x.ts').href).toBe('file:///a/src/worker.ts')
  expect(workerEntry('worker', 'file:///a/dist/x.js').href).toBe('file:///a/dist/worker.js')
})
