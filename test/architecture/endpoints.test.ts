import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** Lines that are neither blank nor a comment. */
const linesOf = (form: string): number =>
  globSync(`examples/endpoints/${form}/*.ts`, { cwd: root })
    .flatMap((path) => readFileSync(join(root, path), 'utf8').split('\n'))
    .filter((line) => !/^\s*(\/\/.*|\/\*\*.*\*\/)?$/.test(line)).length

test('the declared endpoints take a third of the lines or fewer, and the guide says how many', () => {
  const [declared, byHand] = [linesOf('declared'), linesOf('hand-written')]
  expect(declared).toBeLessThanOrEqual(byHand / 3)
  const guide = readFileSync(join(root, 'docs/migrate/from-hand-written-endpoints.md'), 'utf8')
  expect(guide).toContain(`${byHand} lines of code in seven files`)
  expect(guide).toContain(`it is ${declared} lines in one`)
})
