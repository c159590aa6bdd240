// A backend without a web server: the gateway listens, and this program connects to it over ZeroMQ. Run both, in any order:
//   node examples/zhttp-backend.mjs
//   npm start -- --route '* zhttp/tcp://127.0.0.1:8000'
import { Publisher, Pull, Router } from 'zeromq'
import { decodeTnetstring, encodeTnetstring } from '../dist/shared/tnetstring.js'

const port = Number(process.env.PORT ?? 8000)
const name = `example-${process.pid}`
const requests = new Pull()
const further = new Router({ routingId: name })
const answers = new Publisher()
answers.connect(`tcp://127.0.0.1:${port + 2}`)
further.connect(`tcp://127.0.0.1:${port + 1}`)
requests.connect(`tcp://127.0.0.1:${port}`)

/** Packets are the letter T and a tnetstring; before that stands for whom they are. */
function answer({ from, id }, seq, fields) {
  const packet = encodeTnetstring({ from: name, id, seq, ...fields })
  return answers.send(Buffer.concat([Buffer.from(`${from} T`), packet]))
}

for await (const [packet] of requests) {
  const request = decodeTnetstring(packet.subarray(1))
  const { pathname } = new URL(String(request.uri))
  if (request.more) {
    // The rest of a large body would come over the other socket, as far as credits are given for it.
    await answer(request, 0, { code: 413, reason: 'Content Too Large', headers: [], body: 'too large\n' })
  } else if (pathname === '/events') {
    const headers = [
      ['Content-Type', 'text/event-stream'],
      ['Grip-Hold', 'stream'],
      ['Grip-Channel', 'news'],
    ]
    await answer(request, 0, { code: 200, reason: 'OK', headers, body: ': welcome\n\n' })
  } else {
    await answer(request, 0, { code: 200, reason: 'OK', headers: [], body: `hello from ${name}\n` })
  }
}
