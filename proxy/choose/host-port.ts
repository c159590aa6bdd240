import { isIPv6 } from 'node:net'

/** A host name or address (IPv6 without brackets), and the port if one was given. */
export interface HostPort {
  readonly host: string
  readonly port: number | undefined
}

/** Says which half of a `HOST:PORT` text is wrong. */
export type HostPortFault = 'bad host' | 'bad port'

/** Reads `HOST`, `HOST:PORT`, `[IPV6]` or `[IPV6]:PORT`; a port is 1 to 65535. */
export function parseHostPort(text: string): HostPort | HostPortFault {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text)
  if (bracketed) {
    const [, host = '', port] = bracketed
    return isIPv6(host) ? withPort(host, port) : 'bad host'
  }
  const colon = text.indexOf(':')
  return colon < 0 ? withPort(text, undefined) : withPort(text.slice(0, colon), text.slice(colon + 1))
}

/** The text form used in messages: `host:port`, or `[v6]:port`. */
export function formatHostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

function withPort(host: string, portText: string | undefined): HostPort | HostPortFault {
  if (portText === undefined) return host === '' ? 'bad host' : { host, port: undefined }
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : 0
  if (port < 1 || port > 65535) return 'bad port'
  return host === '' ? 'bad host' : { host, port }
}
