import type { SigningKey } from '../../shared/signing-key.ts'
import type { HostPort } from './host-port.ts'

/** One line of the routes file: which requests it takes (GRIP 1.4) and where they go. */
export interface Route {
  /** `FILE:LINE`, for messages. */
  readonly where: string
  /** The `id` prop, or a generated text that only names the condition. */
  readonly id: string
  /** Whether `id` was written in the line: only then it appears in stats and logs. */
  readonly explicitId: boolean
  /** Lower case; `*` for hosts without routes of their own; undefined when reached by `id` only. */
  readonly domain: string | undefined
  /** Undefined takes both. */
  readonly proto: 'http' | 'ws' | undefined
  /** True takes only https and wss, false only http and ws. */
  readonly ssl: boolean | undefined
  /** What the encoded path has to start with; empty takes every path. */
  readonly pathBeg: string
  readonly sigIss: string | undefined
  /** A secret or a private key, never a public one. */
  readonly sigKey: SigningKey | undefined
  /** Put before the channel names a backend gives. */
  readonly prefix: string
  readonly origHeaders: boolean
  /** Replaces the host and the port of the request, also when the port is undefined. */
  readonly asHost: HostPort | undefined
  /** Leading bytes to take off the encoded path. */
  readonly pathRem: number
  /** Replaces `pathBeg` in the path towards the backend; goes before `pathRem`. */
  readonly replaceBeg: string | undefined
  readonly debug: boolean
  readonly autoCrossOrigin: boolean
  readonly jsonp: JsonpSettings
  readonly session: boolean
  /** Path prefix of SockJS requests. */
  readonly sockjs: string | undefined
  readonly sockjsAsPath: string | undefined
  /** Request headers to set, as [name, value] in the order of the line; an empty value only removes. */
  readonly headers: readonly (readonly [string, string])[]
  readonly noGrip: boolean
  readonly logLevel: number | undefined
  /** At least one, in the order in which they are tried. */
  readonly targets: readonly Target[]
}

/** Names of query parameters and fallbacks of JSON-P requests. */
export interface JsonpSettings {
  readonly mode: 'basic' | 'extended'
  readonly callbackParam: string
  readonly bodyParam: string | undefined
  readonly defaultCallback: string | undefined
  readonly defaultMethod: string
}

/** A place requests are sent to (GRIP 1.5). */
export interface Target {
  readonly kind: 'test' | 'http' | 'zhttp' | 'zhttpreq'
  /** As messages name it: `test`, `zhttp/SPEC`, `zhttpreq/SPEC`, `host:port` or `[v6]:port`. */
  readonly name: string
  /** Without brackets; empty unless `kind` is `http`. */
  readonly host: string
  /** 0 unless `kind` is `http`. */
  readonly port: number
  /** The ZeroMQ endpoint of a zhttp or zhttpreq target, else empty. */
  readonly endpoint: string
  readonly ssl: boolean
  readonly untrusted: boolean
  /** Check the certificate against `host` instead of the Host header. */
  readonly trustConnectHost: boolean
  /** Do not check the certificate. */
  readonly insecure: boolean
  /** Replaces the host and the port in the URI and the Host header, also when the port is undefined. */
  readonly asHost: HostPort | undefined
  /** Channels that every accepted connection through this target is subscribed to. */
  readonly subs: readonly string[]
  readonly overHttp: boolean
  readonly oneEvent: boolean
  readonly ipcFileMode: number | undefined
  /** PEM text. */
  readonly clientCert: string | undefined
  /** PEM text. */
  readonly clientKey: string | undefined
}
