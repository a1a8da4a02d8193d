import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { refused } from './fetch-error.ts'
import { isPublicAddress } from './public-address.ts'

export type Resolve = (host: string) => Promise<readonly LookupAddress[]>

const resolveHost: Resolve = (host) => lookup(host, { all: true, verbatim: true })

export interface HostOptions {
  /** Lets private addresses through. */
  readonly allowPrivateHosts: boolean
  readonly resolve?: Resolve | undefined
}

/**
 * Resolves the host of a URL once and checks every address; the connection then uses these and never asks again, so that a
 * name cannot change between check and use.
 *
 * @throws MEDIA_URL_REFUSED when any of the addresses is not public
 */
export async function pinHost(url: URL, options: HostOptions): Promise<LookupFunction> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const family = isIP(host)
  const addresses = family ? [{ address: host, family }] : await (options.resolve ?? resolveHost)(host)
  if (addresses.length === 0) throw refused(url, 'its host has no address')
  if (!options.allowPrivateHosts && !addresses.every(({ address }) => isPublicAddress(address)))
    throw refused(url, 'its host is not on the public internet')
  return (_host, lookupOptions, callback) => {
    const [first = { address: host, family }] = addresses
    if (lookupOptions.all) callback(null, [...addresses])
    else callback(null, first.address, first.family)
  }
}
