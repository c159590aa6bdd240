// Long polls of which no client misses an item. Run it, then the gateway in front of it:
//   node examples/reliable-poll.mjs
//   npm start -- --route '* localhost:8000'
import { createServer } from 'node:http'

const publishUrl = `${process.env.GRIP_URL ?? 'http://localhost:5561'}/publish/`
const items = [] // the id of an item is its number, from 1

const answer = (after) => JSON.stringify({ items: items.slice(after), last: items.length })

async function add(text) {
  const id = items.push(text)
  const formats = { 'http-response': { headers: { 'Content-Type': 'application/json' }, body: answer(id - 1) } }
  const published = [{ channel: 'items', id: String(id), 'prev-id': String(id - 1), formats }]
  // If this fails, the clients have the item from their next poll on.
  await fetch(publishUrl, { method: 'POST', body: JSON.stringify({ items: published }) }).catch(() => {})
}

async function serve(request, response) {
  if (request.method === 'POST') {
    await add((await request.toArray()).join('').trim())
    response.end('added\n')
    return
  }
  const after = Number(new URL(request.url, 'http://backend').searchParams.get('after') ?? 0)
  response.setHeader('Content-Type', 'application/json')
  if (items.length <= after) {
    // Nothing new. With the id the gateway sees whether something was published meanwhile, and asks again if so.
    response.setHeader('Grip-Hold', 'response').setHeader('Grip-Timeout', '30')
    response.setHeader('Grip-Channel', `items; prev-id=${after}`)
  }
  response.end(answer(after))
}

const server = createServer((request, response) => {
  serve(request, response).catch(() => response.destroy())
})
server.listen(process.env.PORT ?? 8000)
