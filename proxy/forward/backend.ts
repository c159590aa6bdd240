import { Client, buildConnector } from 'undici'
import type { Target } from '../choose/route.ts'
import { checkHost, guardedLookup } from './outbound-policy.ts'
import { skipContinue } from './skip-continue.ts'
import { formatHostPort } from '../choose/host-port.ts'

/** How long a connection to a backend may stay idle, in milliseconds, when the backend does not say (GRIP 12.8). */
const IDLE_TIMEOUT = 55_000
const CONNECT_TIMEOUT = 10_000
const MAX_RESPONSE_HEADER = 65_536

/** A connection to a backend, for one request at a time. */
export class BackendConnection {
  readonly client: Client
  /** TLS name it was made for. */
  readonly servername: string | undefined
  /** Responses that came over the connection as it is now: with more than none, the backend may just be closing it. */
  served = 0
  connected = false
  /** A request was sent and its response has not begun: only then bytes from the backend can be an interim response. */
  awaitsHead = false
  /** Bytes have come since the request was sent. */
  hasAnswered = false

  constructor(client: Client, servername: string | undefined) {
    this.client = client
    this.servername = servername
  }
}

/**
 * The connections to one target. There is no limit to them but that of the client connections: a backend may itself hold requests. Idle
 * ones are taken last in first out, so that those nobody needs grow old and are closed.
 */
export class Backend {
  readonly #origin: string
  readonly #connect: buildConnector.connector
  readonly #idle: BackendConnection[] = []

  constructor(target: Target) {
    this.#connect = connectorTo(target)
    this.#origin = `${target.ssl ? 'https' : 'http'}://${formatHostPort(target.host, target.port)}`
  }

  /** @param servername for TLS: a connection that was made for another name is not used. */
  take(servername: string | undefined): BackendConnection {
    const index = this.#idle.findLastIndex((connection) => connection.servername === servername)
    if (index === -1) return this.#open(servername)
    return this.#idle.splice(index, 1)[0] as BackendConnection
  }

  /** Gives back a connection whose request has ended. */
  give(connection: BackendConnection): void {
    if (connection.connected) this.#idle.push(connection)
    else void connection.client.destroy()
  }

  #open(servername: string | undefined): BackendConnection {
    const client = new Client(this.#origin, {
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: MAX_RESPONSE_HEADER,
      keepAliveTimeout: IDLE_TIMEOUT,
      keepAliveMaxTimeout: IDLE_TIMEOUT,
      keepAliveTimeoutThreshold: 1000,
      strictContentLength: true,
      connect: (options, callback) => {
        this.#connect(options, (...result) => {
          if (result[1]) skipContinue(result[1], connection)
          callback(...result)
        })
      },
    })
    const connection = new BackendConnection(client, servername)
    client.on('connect', () => {
      connection.connected = true
    })
    client.on('disconnect', () => {
      connection.connected = false
      connection.served = 0
      const index = this.#idle.indexOf(connection)
      if (index === -1) return
      this.#idle.splice(index, 1)
      void client.destroy()
    })
    return connection
  }
}

/** Connects to a target, in 10 s at most; fails with BlockedAddress when it may not. */
export function connectorTo({ insecure, clientCert, clientKey, untrusted }: Target): buildConnector.connector {
  const connect = buildConnector({
    timeout: CONNECT_TIMEOUT,
    rejectUnauthorized: !insecure,
    ...(clientCert === undefined ? {} : { cert: clientCert }),
    ...(clientKey === undefined ? {} : { key: clientKey }),
    ...(untrusted ? { lookup: guardedLookup } : {}),
  })
  if (!untrusted) return connect
  return (options, callback) => {
    try {
      checkHost(options.hostname.replace(/^\[|\]$/g, ''))
    } catch (error) {
      // As late as any other failure: the caller is not ready for it yet.
      setImmediate(callback, error as Error, null)
      return
    }
    connect(options, callback)
  }
}

/** The backends in use. A target that a reload has dropped is forgotten with its last request. */
export class Backends {
  readonly #byTarget = new WeakMap<Target, Backend>()

  of(target: Target): Backend {
    let backend = this.#byTarget.get(target)
    if (backend === undefined) this.#byTarget.set(target, (backend = new Backend(target)))
    return backend
  }
}
