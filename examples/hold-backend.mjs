// A backend that holds clients, with nothing but node:http. Run it, then the gateway in front of it:
//   node examples/hold-backend.mjs
//   npm start -- --route '* localhost:8000'
import { createServer } from 'node:http'

const server = createServer((request, response) => {
  if (request.url === '/poll') {
    // A long poll: without a message the client gets this body after 20 seconds.
    response.setHeader('Grip-Hold', 'response').setHeader('Grip-Channel', 'news').setHeader('Grip-Timeout', '20')
    response.end('nothing new\n')
  } else if (request.url === '/events') {
    // Server-sent events: after 30 quiet seconds a comment keeps the connection from looking dead.
    response.setHeader('Content-Type', 'text/event-stream')
    response.setHeader('Grip-Hold', 'stream').setHeader('Grip-Channel', 'news')
    response.setHeader('Grip-Keep-Alive', String.raw`:\n\n; format=cstring; timeout=30`)
    response.end(': welcome\n\n')
  } else {
    response.writeHead(404).end('no such page\n')
  }
})
server.listen(process.env.PORT ?? 8000)
