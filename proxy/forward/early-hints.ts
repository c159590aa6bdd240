import type { Exchange } from '../accept/exchange.ts'
import type { RawHeaders } from './raw-headers.ts'
import { responseHeaders } from './response-headers.ts'

/** RFC 8297: the final response follows on the same connection. */
export function relayEarlyHints({ req, res }: Exchange, headers: RawHeaders): void {
  if (req.httpVersionMinor === 0 || res.headersSent) return
  let head = 'HTTP/1.1 103 Early Hints\r\n'
  const kept = responseHeaders(103, headers, false)
  for (let i = 0; i < kept.length; i += 2) head += `${kept[i]}: ${kept[i + 1]}\r\n`
  req.socket.write(`${head}\r\n`, 'latin1')
}
