import { randomFillSync } from 'node:crypto'

/** Random bytes are drawn in blocks; each UUID takes 10. */
const POOL = new Uint8Array(10 * 512)
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
/** Values of the counter: 26 bits, of which the first of a millisecond leaves the uppermost free. */
const COUNTER_END = 2 ** 26

let poolAt = POOL.length
let lastTime = 0
let counter = 0

const hex = (byte: number) => HEX[byte & 0xff] as string

/**
 * A UUID of version 7 (RFC 9562): milliseconds, then a counter of 26 bits that starts at random (method 1), then random
 * bits. Those of one process are strictly increasing, also when the clock goes back or many are made in a millisecond.
 */
export function createUuid7(now = Date.now()): string {
  if (poolAt === POOL.length) refill()
  const at = poolAt
  poolAt += 10
  advance(now, at)
  const high = Math.floor(lastTime / 2 ** 16)
  const head = `${hex(high >>> 24)}${hex(high >>> 16)}${hex(high >>> 8)}${hex(high)}`
  const time = `${hex(lastTime / 2 ** 8)}${hex(lastTime)}`
  const upper = `${hex(0x70 | (counter >>> 22))}${hex(counter >>> 14)}`
  const lower = `${hex(0x80 | ((counter >>> 8) & 0x3f))}${hex(counter)}`
  return `${head}-${time}-${upper}-${lower}-${tail(at + 4)}`
}

function refill(): void {
  randomFillSync(POOL)
  poolAt = 0
}

function advance(now: number, at: number): void {
  if (now > lastTime) {
    lastTime = now
    counter = seed(at)
    return
  }
  counter += 1
  if (counter < COUNTER_END) return
  // The clock is ahead by a millisecond until it catches up.
  lastTime += 1
  counter = seed(at)
}

function seed(at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = POOL.subarray(at, at + 4)
  return ((a & 1) << 24) | (b << 16) | (c << 8) | d
}

function tail(at: number): string {
  let text = ''
  for (let i = at; i < at + 6; i += 1) text += hex(POOL[i] as number)
  return text
}
