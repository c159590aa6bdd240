import { isIP, isIPv4 } from 'node:net'
import { resolve } from 'node:path'
import { octalMode, scalar } from './kinds.ts'

/** A TCP port for clients. */
export interface Listener {
  readonly address: string
  readonly port: number
}

/** A Unix socket for clients. What is undefined stays as the system makes it. */
export interface LocalListener {
  readonly path: string
  readonly mode: number | undefined
  readonly user: string | undefined
  readonly group: string | undefined
}

/** Reads `PORT`, `ADDRESS:PORT` or `[IPV6]:PORT`; without an address all of IPv4 is meant (GRIP 10.3). */
export function parseListener(text: string): Listener | undefined {
  const parts = /^(?:(?<v4>[\d.]+):|\[(?<v6>[^\]]+)\]:)?(?<port>\d{1,5})$/.exec(text)?.groups
  const port = Number(parts?.['port'])
  if (!(port >= 1 && port <= 65535)) return undefined
  const address = parts?.['v4'] ?? parts?.['v6'] ?? '0.0.0.0'
  const family = parts?.['v6'] === undefined ? 4 : 6
  return isIP(address) === family ? { address, port } : undefined
}

/** The text that `parseListener` reads. */
export function formatListener({ address, port }: Listener): string {
  return isIPv4(address) ? `${address}:${port}` : `[${address}]:${port}`
}

export const listener = scalar(
  (value, place) =>
    parseListener(value) ?? place.fail(`must be PORT or IPADDRESS:PORT with a port from 1 to 65535, not '${value}'`),
)

/** `PATH[?mode=OCTAL&user=U&group=G]`, the path relative to the working directory (GRIP 10.3). */
export const localListener = scalar((value, place): LocalListener => {
  const [path = '', ...query] = value.split('?')
  if (path === '') place.fail('must be a list of paths')
  const found: Partial<Record<string, string>> = {}
  for (const pair of query.join('?').split('&')) {
    const [name = '', setting = ''] = pair.split('=')
    if (pair !== '' && !/^(?:mode|user|group)=./.test(pair)) place.fail(`takes mode=, user= and group=, not '${pair}'`)
    found[name] = setting
  }
  const { mode, user, group } = found
  return {
    path: resolve(place.cwd, path),
    mode: mode === undefined ? undefined : octalMode.read(mode, place),
    user,
    group,
  }
})
