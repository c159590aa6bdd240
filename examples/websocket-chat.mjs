// A WebSocket backend for a chat: what one client sends, all get. The backend keeps no list of them, the gateway does.
// It needs the package ws (npm install ws). Run it, then the gateway in front of it, and connect WebSocket clients to
// port 7999:
//   node examples/websocket-chat.mjs
//   npm start -- --route '* localhost:8000'
// GRIP_URL says where the gateway takes messages, if not at http://127.0.0.1:5561.
import { WebSocketServer } from 'ws'

const server = new WebSocketServer({
  port: Number(process.argv[2] ?? process.env.PORT ?? 8000),
  // Without the gateway, which offers the extension, nobody would deliver the messages.
  verifyClient: ({ req }) => /(^|[\s,])grip([\s,;]|$)/.test(req.headers['sec-websocket-extensions'] ?? ''),
})

server.on('headers', (headers) => headers.push('Sec-WebSocket-Extensions: grip'))

server.on('connection', (socket) => {
  socket.send(`c:${JSON.stringify({ type: 'subscribe', channel: 'chat' })}`)
  // One after the other, so that a client's messages keep their order.
  let published = Promise.resolve()
  socket.addEventListener('message', ({ data }) => {
    if (typeof data === 'string') published = published.then(() => publish(data))
  })
  // A malformed frame ends this connection, and not the backend.
  socket.on('error', () => {})
})

async function publish(content) {
  const items = [{ channel: 'chat', formats: { 'ws-message': { content } } }]
  try {
    const url = `${process.env.GRIP_URL ?? 'http://127.0.0.1:5561'}/publish/`
    const response = await fetch(url, { method: 'POST', body: JSON.stringify({ items }) })
    if (!response.ok) console.error('not published:', await response.text())
  } catch (error) {
    console.error('not published:', error)
  }
}
