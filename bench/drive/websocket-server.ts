// The server that drive/backend.ts starts for WebSockets: PORT. It accepts each, has the gateway subscribe it to the last part of
// its path, and leaves it to the gateway (GRIP 7.3). A plain GET is held as a stream, which tells that the gateway can hold.
import { createHash } from 'node:crypto'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'

// RFC 6455 1.3
const SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const TEXT = 0x81
const CLOSE = Buffer.from([0x88, 0])
const BACKLOG = 4096

const [port] = process.argv.slice(2)
createServer(serve).listen({ port: Number(port), host: '127.0.0.1', backlog: BACKLOG })

function serve(socket: Socket): void {
  let received = ''
  let isOpen = false
  socket.on('error', () => {})
  socket.on('data', (data: Buffer) => {
    if (isOpen) {
      // A client says nothing here, so this is the gateway's good-bye.
      socket.end(CLOSE)
      return
    }
    received += data.toString('latin1')
    if (!received.includes('\r\n\r\n')) return
    const channel = /^GET \S*\/([^\s/?]+)/.exec(received)?.[1] ?? ''
    const key = /^sec-websocket-key:[ \t]*(\S+)/im.exec(received)?.[1]
    received = ''
    isOpen = key !== undefined
    socket.write(key === undefined ? hold(channel) : accept(key, channel))
  })
}

function accept(key: string, channel: string): Buffer {
  const proof = createHash('sha1')
    .update(key + SUFFIX)
    .digest('base64')
  const head = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${proof}`,
    'Sec-WebSocket-Extensions: grip',
    '\r\n',
  ].join('\r\n')
  return Buffer.concat([Buffer.from(head), control({ type: 'subscribe', channel }), control({ type: 'detach' })])
}

/** One frame; such messages are shorter than 126 bytes. */
function control(message: object): Buffer {
  const text = Buffer.from(`c:${JSON.stringify(message)}`)
  return Buffer.concat([Buffer.from([TEXT, text.length]), text])
}

function hold(channel: string): string {
  return `HTTP/1.1 200 OK\r\nGrip-Hold: stream\r\nGrip-Channel: ${channel}\r\nContent-Length: 0\r\n\r\n`
}
