import type pg from 'pg'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { SpareClients } from './spare-clients.ts'

class Client {
  readonly calls: string[] = []
  ref = () => this.calls.push('ref')
  unref = () => this.calls.push('unref')
  release = () => this.calls.push('release')
}
const clients = (count: number) => Array.from({ length: count }, () => new Client())
const asPool = (client: Client) => client as unknown as pg.PoolClient

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('lends the one that was used last, which counts for the life of the process while it is lent', () => {
  const spare = new SpareClients()
  const [a, b] = clients(2) as [Client, Client]
  spare.give(asPool(a))
  spare.give(asPool(b))
  expect(spare.take()).toBe(b)
  expect(spare.take()).toBe(a)
  expect(spare.take()).toBeUndefined()
  expect(a.calls).toEqual(['unref', 'ref'])
})

it('gives back those that nobody needed for a while, and keeps the others', () => {
  const spare = new SpareClients()
  const all = clients(3)
  for (const client of all) spare.give(asPool(client))
  for (let i = 0; i < 4; i += 1) {
    vi.advanceTimersByTime(400)
    const used = spare.take()
    expect(used).toBe(all[2])
    spare.give(used as pg.PoolClient)
  }
  expect(all.map(({ calls }) => calls.includes('release'))).toEqual([true, true, false])
  vi.advanceTimersByTime(2000)
  expect(all[2]?.calls.at(-1)).toBe('release')
  expect(vi.getTimerCount()).toBe(0)
})

it('gives all back when it is closed', () => {
  const spare = new SpareClients()
  const all = clients(2)
  for (const client of all) spare.give(asPool(client))
  spare.clear()
  expect(all.map(({ calls }) => calls.at(-1))).toEqual(['release', 'release'])
  expect(spare.take()).toBeUndefined()
  expect(vi.getTimerCount()).toBe(0)
})
