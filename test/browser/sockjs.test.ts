import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { WebSocketServer } from 'ws'
import { held } from '../flow/held.ts'
import { startGateway } from '../support/gateway.ts'
import type { Gateway } from '../support/gateway.ts'
import { needs } from '../support/programs.ts'
import { until } from '../support/until.ts'
import { startChromium } from './chromium.ts'
import { SOCKJS_PAGE } from './sockjs-page.ts'

const SCRIPT = readFileSync(createRequire(import.meta.url).resolve('sockjs-client/dist/sockjs.js'))

/** By the names that the client has for them. */
const TRANSPORTS = [
  'websocket',
  'xhr-streaming',
  'eventsource',
  'iframe-eventsource',
  'htmlfile',
  'iframe-htmlfile',
  'xhr-polling',
  'iframe-xhr-polling',
  'jsonp-polling',
]

/** Those that a page of another origin can use. */
const ACROSS_ORIGINS = TRANSPORTS.filter((name) => name !== 'htmlfile')

const TEXTS = ['grüße 🙂', '100%25 + </script>\u2028<!--', '"\\\n\0', 'x'.repeat(30_000)]

describe('sockjs-client in a real browser', { skip: needs('chromium') }, () => {
  const site = createServer((req, res) => {
    const isScript = req.url === '/sockjs.js'
    res.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html').end(isScript ? SCRIPT : SOCKJS_PAGE)
  })
  const echo = new WebSocketServer({ server: site })
  const closes: string[] = []
  let gateway: Gateway
  let browser: Browser

  echo.on('headers', (headers) => headers.push('Sec-WebSocket-Extensions: grip'))
  echo.on('connection', (socket, { url = '' }) => {
    const [path = ''] = url.split('?')
    // The channel is what is behind the prefix of the route.
    socket.send(`c:${JSON.stringify({ type: 'subscribe', channel: path.split('/')[1] })}`)
    socket.on('message', (data: Buffer) => {
      if (String(data) === 'close me') socket.close(4321, 'not today')
      else socket.send(`m:${String(data)}`)
    })
    socket.on('close', () => closes.push(path))
  })

  before(async () => {
    await once(site.listen(0, '127.0.0.1'), 'listening')
    const { port } = site.address() as AddressInfo
    const prefixes = TRANSPORTS.flatMap((name) => [`/${name}-same`, `/${name}-other`])
    gateway = await startGateway({
      routes: [`* 127.0.0.1:${port}`, ...prefixes.map((path) => `*,path_beg=${path},sockjs=${path} 127.0.0.1:${port}`)],
      workers: 2,
      config: { proxy: { sockjs_url: '/sockjs.js' } },
    })
    browser = await startChromium()
  })

  after(async () => {
    await browser?.close()
    await gateway?.stop()
    for (const client of echo.clients) client.terminate()
    site.closeAllConnections()
    await once(site.close(), 'close')
  })

  /** WebSockets of the channel that the backend has seen closed. */
  const closesOf = (channel: string): number => closes.filter((path) => path.split('/')[1] === channel).length

  async function tryTransport(name: string, page: Page, url: string, channel: string): Promise<void> {
    const connect = `connect(${JSON.stringify(url)}, ${JSON.stringify(name)})`
    assert.equal(await page.evaluate<string>(connect), `open by ${name}`)
    for (const text of TEXTS) await page.evaluate(`state.socket.send(${JSON.stringify(text)})`)
    await got(page, TEXTS)

    await held(gateway, channel)
    // More than one streamed response takes.
    const published = Array.from({ length: 12 }, (_, at) => `${at} grüße `.repeat(1500))
    for (const content of published) await gateway.publish([{ channel, formats: { 'ws-message': { content } } }])
    await got(page, published)

    await page.evaluate('state.socket.send("close me")')
    await until(async () => (await page.evaluate('state.end')) !== '', 'the end of the session')
    assert.equal(await page.evaluate('state.end'), '4321 not today')

    assert.equal(await page.evaluate<string>(connect), `open by ${name}`)
    await page.evaluate('state.socket.close()')
    // A script that is loading cannot be given up: there the backend hears of it when the next poll does not come.
    if (name !== 'jsonp-polling') await until(() => closesOf(channel) === 2, 'the close at the backend')
  }

  for (const name of TRANSPORTS) {
    test(`messages go both ways by ${name}`, async () => {
      const page = await browser.newPage()
      await page.goto(`http://127.0.0.1:${gateway.port}/`)
      await tryTransport(name, page, `/${name}-same`, `${name}-same`)
      await page.close()
    })
  }

  for (const name of ACROSS_ORIGINS) {
    test(`messages go both ways by ${name} from a page of another origin`, async () => {
      const page = await browser.newPage()
      await page.goto(`http://127.0.0.1:${gateway.port}/`)
      await tryTransport(name, page, `http://localhost:${gateway.port}/${name}-other`, `${name}-other`)
      await page.close()
    })
  }
})

async function got(page: Page, messages: readonly string[]): Promise<void> {
  let came: string[] = []
  await until(
    async () => {
      came = await page.evaluate<string[]>('state.messages')
      return came.length >= messages.length
    },
    () => `${messages.length} messages; ${came.length} came, and the end '${came.at(-1)?.slice(0, 100)}'`,
  )
  assert.deepEqual(came, messages)
  await page.evaluate('state.messages = []')
}
