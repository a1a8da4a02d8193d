import { isIPv6 } from 'node:net'
import type { Context } from 'hono'
import { exchangeOf } from './exchange.ts'

/** Where a request comes from: an IPv4 address, or the /64 network of an IPv6 one; in-process `local`. */
export function clientAddress(c: Context): string {
  const exchange = exchangeOf(c)
  const { incoming } = (c.env ?? {}) as { readonly incoming?: { readonly socket: { readonly remoteAddress?: string } } }
  const socket = incoming?.socket.remoteAddress
  if (socket === undefined) return 'local'
  const forwarded = exchange === undefined ? undefined : forwardedFor(c, exchange.trustedProxies)
  return network(forwarded ?? socket)
}

/** Each proxy adds whom it was asked by at the end; what stands before the trusted ones anybody may have written. */
function forwardedFor(c: Context, trusted: number): string | undefined {
  if (trusted === 0) return undefined
  const hops = (c.req.header('x-forwarded-for') ?? '').split(',').map((hop) => hop.trim())
  return hops.at(-trusted) || undefined
}

const NETWORK_GROUPS = 4

function network(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (!isIPv6(plain)) return plain.slice(0, 64)
  // The URL parser writes all addresses in one way.
  const [head = '', tail] = new URL(`http://[${plain.split('%', 1)[0]}]`).hostname.slice(1, -1).split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const [before, after] = [groups(head), groups(tail ?? '')]
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length
  return [...before, ...Array<string>(zeros).fill('0'), ...after].slice(0, NETWORK_GROUPS).join(':')
}
