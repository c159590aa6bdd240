import { lookup } from 'node:dns'
import type { LookupAddress } from 'node:dns'
import { BlockList, isIP, isIPv6 } from 'node:net'
import type { LookupFunction } from 'node:net'

/** Where requests to untrusted targets must not go: to the gateway's own machine and network (GRIP 12.8). */
const internal = new BlockList()
internal.addSubnet('0.0.0.0', 8)
internal.addSubnet('10.0.0.0', 8)
internal.addSubnet('127.0.0.0', 8)
internal.addSubnet('169.254.0.0', 16)
internal.addSubnet('172.16.0.0', 12)
internal.addSubnet('192.168.0.0', 16)
internal.addAddress('::', 'ipv6')
internal.addAddress('::1', 'ipv6')
internal.addSubnet('fc00::', 7, 'ipv6')
internal.addSubnet('fe80::', 10, 'ipv6')

/** For the client of a route with `debug` (GRIP 2.10). */
export const BLOCKED = 'Error: Origin host/IP blocked.'

/** A target's address is one that untrusted targets may not have. */
export class BlockedAddress extends Error {
  override readonly name = 'BlockedAddress'

  constructor(address: string) {
    super(`${address} is an internal address`)
  }
}

/** An IPv4 address in the clothes of IPv6 is looked at as what it is. */
export function isInternal(address: string): boolean {
  return internal.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

/** Throws BlockedAddress for an address that is written out; names are looked at when they are resolved. */
export function checkHost(host: string): void {
  if (isIP(host) !== 0 && isInternal(host)) throw new BlockedAddress(host)
}

/** Resolves names as Node does, but not to internal addresses: what is checked here is what is connected to. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const allowed = error ? [] : addresses.filter(({ address }) => !isInternal(address))
    const [first] = allowed
    if (error) callback(error, '')
    else if (first === undefined) callback(new BlockedAddress(hostname), '')
    else answer(allowed, first, options.all === true, callback)
  })
}

function answer(
  addresses: LookupAddress[],
  first: LookupAddress,
  all: boolean,
  callback: Parameters<LookupFunction>[2],
): void {
  if (all) callback(null, addresses)
  else callback(null, first.address, first.family)
}
