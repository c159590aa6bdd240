// A backend for a WebSocket chat that only speaks HTTP and remembers nothing: the gateway keeps the WebSockets, and
// asks with one POST for every few messages. What one client sends, all get. Run it, then the gateway in front of it,
// and connect WebSocket clients to port 7999:
//   node examples/websocket-over-http-chat.mjs
//   npm start -- --route '* localhost:8000,over_http'
// GRIP_URL says where the gateway takes messages, if not at http://127.0.0.1:5561.
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'

const eventsType = 'application/websocket-events'
const publishUrl = `${process.env.GRIP_URL ?? 'http://127.0.0.1:5561'}/publish/`

const server = createServer((request, response) => {
  if (request.headers['content-type'] !== eventsType) response.writeHead(415).end('only for WebSockets\n')
  else answerEvents(request, response).catch((error) => response.writeHead(500).end(`${error.message}\n`))
})
server.listen(Number(process.argv[2] ?? process.env.PORT ?? 8000))

async function answerEvents(request, response) {
  const events = decodeEvents(await buffer(request))
  const messages = events.filter(({ type }) => type === 'TEXT').map(({ content }) => content.toString())
  if (messages.length > 0) await publish(messages)
  // The first answer decides that texts which begin with c: are for the gateway.
  if (events[0]?.type === 'OPEN') response.setHeader('Sec-WebSocket-Extensions', 'grip')
  response.setHeader('Content-Type', eventsType).end(events.map(answer).join(''))
}

function answer({ type }) {
  if (type === 'OPEN') return `OPEN\r\n${textEvent(`c:${JSON.stringify({ type: 'subscribe', channel: 'chat' })}`)}`
  return type === 'CLOSE' ? 'CLOSE\r\n' : ''
}

function textEvent(text) {
  return `TEXT ${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
}

async function publish(messages) {
  const items = messages.map((content) => ({ channel: 'chat', formats: { 'ws-message': { content } } }))
  const response = await fetch(publishUrl, { method: 'POST', body: JSON.stringify({ items }) })
  if (!response.ok) throw new Error(`not published: ${await response.text()}`)
}

/** An event is `TYPE`, or `TYPE LENGTH` and as many bytes of content; both end with CRLF, lengths are hexadecimal. */
function decodeEvents(body) {
  const events = []
  for (let at = 0; at < body.length;) {
    const lineEnd = body.indexOf('\r\n', at)
    if (lineEnd === -1) throw new Error('malformed event')
    const [type, length] = body.toString('latin1', at, lineEnd).split(' ')
    at = lineEnd + 2
    const content = body.subarray(at, at + Number.parseInt(length ?? '0', 16))
    if (length !== undefined) at += content.length + 2
    events.push({ type, content })
  }
  return events
}
