import { expect, test } from 'vitest'
import { workerOptions } from './worker-options.ts'

test('a worker inherits the options of a program that is a file', () => {
  expect(workerOptions(['--conditions=x', '--max-old-space-size=100'])).toEqual({})
})

test('a worker of a program given as text gets only what concerns loading', () => {
  const execArgv = ['--input-type=module', '--import', './hook.js', '-C', 'x', '--conditions=y', '-e', 'work()']
  expect(workerOptions(execArgv)).toEqual({ execArgv: ['--import', './hook.js', '-C', 'x', '--conditions=y'] })
})
