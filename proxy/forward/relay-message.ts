import type { IncomingMessage } from 'node:http'
import type { Exchange } from '../accept/exchange.ts'
import type { RawHeaders } from './raw-headers.ts'
import { RelayedResponse } from './relayed-response.ts'

/**
 * Relays a response that came over a connection of its own.
 *
 * @param added headers that stand behind its own
 */
export function relayMessage(exchange: Exchange, response: IncomingMessage, added: RawHeaders = []): void {
  const head = {
    code: response.statusCode ?? 502,
    reason: response.statusMessage ?? '',
    headers: [...response.rawHeaders, ...added],
  }
  const sink = new RelayedResponse(exchange, head, {
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    abort: () => void response.destroy(),
  })
  exchange.onClose = () => response.destroy()
  response.on('data', (bytes: Buffer) => sink.data(bytes))
  response.on('end', () => sink.end(response.rawTrailers))
  response.on('error', () => sink.fail())
}
