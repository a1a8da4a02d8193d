import ipaddr from 'ipaddr.js'

/**
 * True for addresses of the public internet. Everything special is not: loopback, private, shared, link-local, multicast,
 * reserved, and IPv6 addresses that carry an IPv4 one inside.
 */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.parse(address).range() === 'unicast'
}
