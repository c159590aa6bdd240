import type { IncomingMessage } from 'node:http'
import { listElements } from '../../../shared/grip/list-header.ts'
import { toWire } from '../../../shared/grip/wire-text.ts'
import { type RawHeaders, pairs } from '../../forward/raw-headers.ts'

/**
 * The extension that a gateway in front has asked for and acts on, when its WebSocket becomes requests here (GRIP 7.1). No other means
 * anything there: to whatever else client and backend agreed upon, frames would belong.
 */
export function passedExtension(handshake: IncomingMessage, received: RawHeaders): RawHeaders {
  const asked = handshake.headers['sec-websocket-extensions']
  if (asked === undefined || !grip([['', asked]], '')) return []
  const accepted = grip(pairs(received), 'sec-websocket-extensions')
  return accepted === undefined ? [] : ['Sec-WebSocket-Extensions', accepted]
}

type Headers = Parameters<typeof listElements>[0]

function grip(headers: Headers, name: string): string | undefined {
  const element = listElements(headers, name).find(({ first }) => first === 'grip')
  if (element === undefined) return undefined
  const parameters = element.params.map(([key, value]) => toWire(`; ${key}=${JSON.stringify(value)}`))
  return `grip${parameters.join('')}`
}
