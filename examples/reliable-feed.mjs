// Server-sent events of which no client misses one. Run it, then the gateway in front of it:
//   node examples/reliable-feed.mjs
//   npm start -- --route '* localhost:8000'
import { createServer } from 'node:http'

const publishUrl = `${process.env.GRIP_URL ?? 'http://localhost:5561'}/publish/`
const feed = [] // the id of an item is its number, from 1

const event = (id) => `id: ${id}\ndata: ${feed[id - 1]}\n\n`

async function add(text) {
  const id = feed.push(text)
  const formats = { 'http-stream': { content: event(id) } }
  const items = [{ channel: 'feed', id: String(id), 'prev-id': String(id - 1), formats }]
  // If this fails, the gateway finds out by the next item, or asks after the timeout of the link.
  await fetch(publishUrl, { method: 'POST', body: JSON.stringify({ items }) }).catch(() => {})
}

async function serve(request, response) {
  if (request.method === 'POST') {
    await add((await request.toArray()).join('').trim())
    response.end('added\n')
    return
  }
  // What the client has: the gateway says it when it asks on a client's behalf, a browser when it comes back.
  const known = /last-id=(\d+)/.exec(request.headers['grip-last'])?.[1] ?? request.headers['last-event-id']
  const missed = feed.map((_text, index) => index + 1).filter((id) => id > Number(known ?? 0))
  response.setHeader('Content-Type', 'text/event-stream')
  response.setHeader('Grip-Hold', 'stream').setHeader('Grip-Channel', `feed; prev-id=${feed.length}`)
  response.setHeader('Grip-Link', '</feed>; rel=next; timeout=60')
  response.end(missed.map(event).join(''))
}

const server = createServer((request, response) => {
  serve(request, response).catch(() => response.destroy())
})
server.listen(process.env.PORT ?? 8000)
