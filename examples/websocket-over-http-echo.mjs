// A backend that sends WebSocket clients back what it gets, and only speaks HTTP: the gateway keeps the WebSockets, and
// asks with one POST for every few messages. Run it, then the gateway in front of it, and connect a WebSocket client to
// port 7999:
//   node examples/websocket-over-http-echo.mjs
//   npm start -- --route '* localhost:8000,over_http'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'

const eventsType = 'application/websocket-events'

const server = createServer((request, response) => {
  if (request.headers['content-type'] !== eventsType) response.writeHead(415).end('only for WebSockets\n')
  else answerEvents(request, response).catch((error) => response.writeHead(500).end(`${error.message}\n`))
})
server.listen(Number(process.argv[2] ?? process.env.PORT ?? 8000))

async function answerEvents(request, response) {
  const events = decodeEvents(await buffer(request))
  response.writeHead(200, { 'Content-Type': eventsType }).end(Buffer.concat(events.map(answer)))
}

function answer({ type, content }) {
  return encodeEvent(type === 'PING' ? 'PONG' : type, content)
}

/** An event is `TYPE`, or `TYPE LENGTH` and as many bytes of content; both end with CRLF, lengths are hexadecimal. */
function decodeEvents(body) {
  const events = []
  for (let at = 0; at < body.length;) {
    const lineEnd = body.indexOf('\r\n', at)
    if (lineEnd === -1) throw new Error('malformed event')
    const [type, length] = body.toString('latin1', at, lineEnd).split(' ')
    at = lineEnd + 2
    const content = length === undefined ? undefined : body.subarray(at, at + Number.parseInt(length, 16))
    if (content !== undefined) at += content.length + 2
    events.push({ type, content })
  }
  return events
}

function encodeEvent(type, content) {
  if (content === undefined) return Buffer.from(`${type}\r\n`)
  return Buffer.concat([Buffer.from(`${type} ${content.length.toString(16)}\r\n`), content, Buffer.from('\r\n')])
}
