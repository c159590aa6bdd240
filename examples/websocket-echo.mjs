// A WebSocket backend that sends back what it gets. It needs the package ws (npm install ws). Run it, then the gateway
// in front of it, and connect a WebSocket client to port 7999:
//   node examples/websocket-echo.mjs
//   npm start -- --route '* localhost:8000'
import { WebSocketServer } from 'ws'

const server = new WebSocketServer({ port: Number(process.argv[2] ?? process.env.PORT ?? 8000) })

// The gateway offers the extension; a backend that accepts it may send control messages, and prefixes all others.
const offersGrip = (request) => /(^|[\s,])grip([\s,;]|$)/.test(request.headers['sec-websocket-extensions'] ?? '')

server.on('headers', (headers, request) => {
  if (offersGrip(request)) headers.push('Sec-WebSocket-Extensions: grip; message-prefix="m:"')
})

server.on('connection', (socket, request) => {
  const prefix = Buffer.from(offersGrip(request) ? 'm:' : '')
  socket.on('message', (data, isBinary) => socket.send(Buffer.concat([prefix, data]), { binary: isBinary }))
  // A malformed frame ends this connection, and not the backend.
  socket.on('error', () => {})
})
