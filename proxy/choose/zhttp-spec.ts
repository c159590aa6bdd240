/** What the three sockets of a `zhttp/` target are bound to. */
export interface StreamEndpoints {
  /** The first packet of each exchange leaves here, to one of the services. */
  readonly out: string
  /** The packets that follow it leave here, to the service that has the exchange. */
  readonly outStream: string
  /** What the services say comes in here. */
  readonly in: string
}

// sun_path is 108 bytes on Linux, one of them the final NUL; libzmq cuts a longer one without a word.
const MAX_SOCKET_PATH = 107
const LONGEST_SUFFIX = '-out-stream'

/** The endpoints of a base spec that has no fault. The suffixes of socket files are those of the reference, which names them as the gateway sees them. */
export function streamEndpoints(spec: string): StreamEndpoints {
  const tcp = parseTcp(spec)
  if (tcp === undefined) return { out: `${spec}-out`, outStream: `${spec}${LONGEST_SUFFIX}`, in: `${spec}-in` }
  const { address, port } = tcp
  return { out: spec, outStream: `${address}:${port + 1}`, in: `${address}:${port + 2}` }
}

/** What is wrong with the endpoint of a zhttp or zhttpreq target, as route lines are told (GRIP 1.5). */
export function zhttpSpecFault(kind: 'zhttp' | 'zhttpreq', spec: string): string | undefined {
  const extra = kind === 'zhttp'
  if (spec.startsWith('ipc://')) {
    const path = spec.slice('ipc://'.length)
    const longest = MAX_SOCKET_PATH - (extra ? LONGEST_SUFFIX.length : 0)
    return path === '' || Buffer.byteLength(path) > longest ? 'target bad format' : undefined
  }
  const tcp = parseTcp(spec)
  if (tcp === undefined) return 'target bad format'
  return tcp.port < 1 || tcp.port > 65_535 - (extra ? 2 : 0) ? 'target invalid port' : undefined
}

function parseTcp(spec: string): { address: string; port: number } | undefined {
  const [, address, port] = /^(tcp:\/\/[^/\s]+):(\d{1,5})$/.exec(spec) ?? []
  return address === undefined ? undefined : { address, port: Number(port) }
}
