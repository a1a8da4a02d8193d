import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { refused } from './fetch-error.ts'

export type Resolve = (host: string) => Promise<readonly LookupAddress[]>

const resolveHost: Resolve = (host) => lookup(host, { all: true, verbatim: true })

const LOCAL = /(?:^|\.)localhost\.?$/i
const INSIDE = 'its host is not on the public internet'

export interface HostOptions {
  /** Whether an address may be connected to. */
  readonly allowAddress: (address: string) => boolean
  readonly resolve?: Resolve | undefined
}

/**
 * Resolves the host of a URL once and checks every address; the connection then uses these and never asks again, so that a
 * name cannot change between check and use.
 *
 * @throws MEDIA_URL_REFUSED when any of the addresses is not allowed
 */
export async function pinHost(url: URL, options: HostOptions): Promise<LookupFunction> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  // Some resolvers know that name in its absolute form, and some do not.
  if (LOCAL.test(host) && !options.allowAddress('127.0.0.1')) throw refused(url, INSIDE)
  const family = isIP(host)
  const addresses = family ? [{ address: host, family }] : await (options.resolve ?? resolveHost)(host)
  if (addresses.length === 0) throw refused(url, 'its host has no address')
  if (!addresses.every(({ address }) => options.allowAddress(address))) throw refused(url, INSIDE)
  return (_host, lookupOptions, callback) => {
    const [first = { address: host, family }] = addresses
    if (lookupOptions.all) callback(null, [...addresses])
    else callback(null, first.address, first.family)
  }
}
