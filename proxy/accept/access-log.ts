import { listElements } from '../../shared/grip/list-header.ts'
import type { Log } from '../../shared/log.ts'
import { pairs } from '../forward/raw-headers.ts'
import type { ErrorAnswer } from './errors.ts'
import type { Exchange } from './exchange.ts'

export interface AccessLogOptions {
  readonly level: number
  readonly from: boolean
  readonly userAgent: boolean
}

const INFO = 2

/** Writes one line per request (GRIP 9.4), when its response ends or a hold takes it over. */
export class AccessLog {
  readonly #lines: Log
  readonly #options: AccessLogOptions

  constructor(log: Log, options: AccessLogOptions) {
    // A route may have its requests logged where the process is quieter.
    this.#lines = log.at(INFO)
    this.#options = options
  }

  /** A hold has the response now; how that ends is not logged (GRIP 9.4). */
  accepted(exchange: Exchange): void {
    exchange.isHeld = true
    this.#write(exchange, 'accept')
  }

  /** The client's connection is a WebSocket now. */
  opened(exchange: Exchange): void {
    exchange.isHeld = true
    this.#write(exchange, 'code=101 0')
  }

  ended(exchange: Exchange): void {
    if (exchange.isHeld) return
    const { req, res } = exchange
    const sent = req.method === 'HEAD' ? 0 : exchange.sent
    this.#write(exchange, res.writableFinished ? `code=${res.statusCode} ${sent}` : 'error')
  }

  /** A request that no route took. */
  refused(method: string | undefined, uri: string, { code, message }: ErrorAnswer): void {
    const sent = method === 'HEAD' ? 0 : message.length + 1
    if (this.#options.level >= INFO) this.#lines.info(`${method} ${uri} code=${code} ${sent}`)
  }

  #write(exchange: Exchange, status: string): void {
    const { route } = exchange.facts
    // A route's own level replaces the process's, in both directions.
    if ((route.logLevel ?? this.#options.level) < INFO) return
    const { headers, method, socket } = exchange.req
    let line = `${method} ${exchange.uri}`
    const { tried, isWebSocket } = exchange
    if (tried !== undefined) line += ` -> ${tried.name}${isWebSocket && tried.overHttp ? '[http]' : ''}`
    if (this.#options.from) line += ` from=${socket.remoteAddress ?? 'local'}`
    if (headers.referer !== undefined) line += ` ref=${headers.referer}`
    if (route.explicitId) line += ` route=${route.id}`
    line += ` ${status}`
    if (exchange.isRetry) line += ' retry'
    if (this.#options.userAgent && headers['user-agent'] !== undefined) line += ` ua=${headers['user-agent']}`
    this.#lines.info(line + lastIds(exchange))
  }
}

/** What the client says was the last item of its channels. */
function lastIds({ req }: Exchange): string {
  if (req.headers['grip-last'] === undefined) return ''
  return listElements(pairs(req.rawHeaders), 'grip-last')
    .map(({ first, params }) => ` #${first}=${params.find(([name]) => name === 'last-id')?.[1] ?? ''}`)
    .join('')
}
