import { eventSource } from './event-source.ts'
import { htmlFile } from './html-file.ts'
import { jsonp } from './jsonp.ts'
import { xhrStreaming } from './xhr-streaming.ts'
import { xhr } from './xhr.ts'
import type { Transport } from './transport.ts'

const TRANSPORTS: ReadonlyMap<string, Transport> = new Map([
  ['xhr', xhr],
  ['xhr_streaming', xhrStreaming],
  ['jsonp', jsonp],
  ['eventsource', eventSource],
  ['htmlfile', htmlFile],
])

/** By the last part of a request's path. */
export function transportOf(name: string): Transport | undefined {
  return TRANSPORTS.get(name)
}
