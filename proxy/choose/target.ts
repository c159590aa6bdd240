import { closeSync, openSync, readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { formatHostPort, parseHostPort } from './host-port.ts'
import { readHost, readInteger, type Warn } from './prop-values.ts'
import { lastValue, RouteLineError, type Section } from './route-line.ts'
import type { Target } from './route.ts'
import { zhttpSpecFault } from './zhttp-spec.ts'

type Address = Pick<Target, 'kind' | 'name' | 'host' | 'port' | 'endpoint'>

/**
 * Reads one target section of a route line (GRIP 1.5), and the certificate files it names.
 *
 * @param warn gets one message for each thing that is ignored
 * @throws {RouteLineError} when the target is not one, or a file cannot be used
 */
export function parseTarget({ value, props }: Section, warn: Warn): Target {
  return {
    ...parseAddress(value),
    ssl: props.has('ssl'),
    untrusted: props.has('untrusted'),
    trustConnectHost: props.has('trust_connect_host'),
    insecure: props.has('insecure'),
    asHost: readHost(props, 'host', warn),
    subs: (props.get('sub') ?? []).filter((channel) => channel !== ''),
    overHttp: props.has('over_http'),
    oneEvent: props.has('one_event'),
    ipcFileMode: readInteger(props, 'ipc_file_mode', /^[0-7]+$/, 8, warn),
    clientCert: readPem(lastValue(props, 'client_cert'), 'cert'),
    clientKey: readPem(lastValue(props, 'client_key'), 'key'),
  }
}

function parseAddress(value: string): Address {
  if (value === 'test') return { kind: 'test', name: value, host: '', port: 0, endpoint: '' }
  for (const kind of ['zhttp', 'zhttpreq'] as const) {
    const endpoint = value.startsWith(`${kind}/`) ? value.slice(kind.length + 1) : ''
    if (endpoint === '') continue
    const fault = zhttpSpecFault(kind, endpoint)
    if (fault !== undefined) throw new RouteLineError(fault)
    return { kind, name: value, host: '', port: 0, endpoint }
  }
  const parsed = parseHostPort(value)
  if (parsed === 'bad port') throw new RouteLineError('target invalid port')
  if (parsed === 'bad host' || parsed.port === undefined) throw new RouteLineError('target bad format')
  const { host, port } = parsed
  return { kind: 'http', name: formatHostPort(host, port), host, port, endpoint: '' }
}

/** A relative path counts from the working directory. A file that TLS cannot use counts as one that cannot be read. */
function readPem(path: string | undefined, kind: 'cert' | 'key'): string | undefined {
  if (!path) return undefined
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    throw new RouteLineError(`failed to open ${path}: ${reasonOf(error)}`)
  }
  try {
    const pem = readFileSync(file, 'utf8')
    createSecureContext({ [kind]: pem })
    return pem
  } catch (error) {
    throw new RouteLineError(`failed to read ${path}: ${reasonOf(error)}`)
  } finally {
    closeSync(file)
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
