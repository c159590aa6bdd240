import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { WebSocketServer } from 'ws'
import { echoOverHttp } from '../flow/websocket-cases/echo-over-http.ts'
import { held } from '../flow/held.ts'
import { startExample } from '../support/example.ts'
import type { Example } from '../support/example.ts'
import { freePorts } from '../support/free-ports.ts'
import { startGateway } from '../support/gateway.ts'
import type { Gateway } from '../support/gateway.ts'
import { needs } from '../support/programs.ts'
import { startWebSocketOverHttpBackend } from '../support/websocket-over-http-backend.ts'
import type { WebSocketOverHttpBackend } from '../support/websocket-over-http-backend.ts'
import { startChromium } from './chromium.ts'
import { PAGE } from './page.ts'
import { Tab } from './tab.ts'

const COMPRESSION = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover'

/** The way a message takes, and what the browser is told when the WebSocket opens. */
const WAYS = [
  ['/plain', 'passed through', 'no extension'],
  ['/grip', 'with GRIP, compressed', COMPRESSION],
  ['/http', 'over HTTP, compressed', COMPRESSION],
] as const

describe('in a real browser', { skip: needs('chromium') }, () => {
  const site = createServer((_req, res) => res.setHeader('Content-Type', 'text/html').end(PAGE))
  const echo = new WebSocketServer({
    server: site,
    handleProtocols: (protocols) => [...protocols].at(-1) ?? false,
  })
  let overHttp: WebSocketOverHttpBackend
  let gateway: Gateway
  let chat: Example
  let browser: Browser

  echo.on('headers', (headers, { url }) => {
    if (url?.startsWith('/grip') === true) headers.push('Sec-WebSocket-Extensions: grip')
  })
  echo.on('connection', (socket, { url = '' }) => {
    const prefix = Buffer.from(url.startsWith('/grip') ? 'm:' : '')
    if (url.startsWith('/grip')) socket.send(`c:${JSON.stringify({ type: 'subscribe', channel: url })}`)
    if (url.includes('refuses')) socket.close(4321, 'not today')
    socket.on('message', (data: Buffer, binary) => socket.send(Buffer.concat([prefix, data]), { binary }))
  })

  before(async () => {
    await once(site.listen(0, '127.0.0.1'), 'listening')
    overHttp = await startWebSocketOverHttpBackend()
    echoOverHttp(overHttp)
    const [chatPort = 0] = await freePorts(1)
    const { port } = site.address() as AddressInfo
    gateway = await startGateway({
      routes: [
        `* 127.0.0.1:${port}`,
        `*,path_beg=/http 127.0.0.1:${overHttp.port},over_http`,
        `*,path_beg=/chat localhost:${chatPort}`,
      ],
      config: { runner: { allow_compression: true } },
    })
    chat = await startExample('websocket-chat.mjs', chatPort, `http://127.0.0.1:${gateway.publishPort}`)
    browser = await startChromium()
  })

  after(async () => {
    await browser?.close()
    await chat?.stop()
    await gateway?.stop()
    await overHttp?.stop()
    for (const client of echo.clients) client.terminate()
    site.closeAllConnections()
    await once(site.close(), 'close')
  })

  async function openTab(): Promise<Tab> {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${gateway.port}/`)
    return new Tab(page)
  }

  for (const [path, way, extension] of WAYS) {
    test(`texts, binary data and a close come back, ${way}`, async () => {
      const tab = await openTab()
      assert.equal(await tab.connect(path), `open, no protocol, ${extension}`)
      await tab.send(path, '"grüße 🙂"')
      await tab.send(path, 'new Uint8Array([0, 255, 128])')
      await tab.send(path, '"ab".repeat(300000)')
      await tab.gets(path, 'grüße 🙂', 'binary 0 255 128', '600000 times ab')
      await tab.close(path, 4000, 'bye 🙂')
      assert.equal(await tab.ended(path), '4000 bye 🙂')
    })
  }

  test('the browser gets the subprotocol that the backend chooses', async () => {
    const tab = await openTab()
    assert.equal(await tab.connect('/plain', ['one', 'two']), 'open, two, no extension')
    assert.equal(await tab.connect('/grip', ['one', 'two']), `open, two, ${COMPRESSION}`)
  })

  test('the browser gets the code and reason with which the backend closes', async () => {
    const tab = await openTab()
    for (const path of ['/plain/refuses', '/grip/refuses']) {
      await tab.connect(path)
      assert.equal(await tab.ended(path), '4321 not today')
    }
  })

  test('what is published comes to the browser, and so does a published close', async () => {
    const tab = await openTab()
    await tab.connect('/grip/news')
    await held(gateway, '/grip/news')
    const channel = '/grip/news'
    await gateway.publish([{ channel, formats: { 'ws-message': { content: 'grüße '.repeat(10) } } }])
    await gateway.publish([{ channel, formats: { 'ws-message': { 'content-bin': 'AP8=' } } }])
    await gateway.publish([{ channel, formats: { 'ws-message': { content: 'x'.repeat(600_000) } } }])
    await tab.gets(channel, 'grüße '.repeat(10), 'binary 0 255', '600000 times x')
    await gateway.publish([{ channel, formats: { 'ws-message': { action: 'close', code: 4001, reason: 'moved' } } }])
    assert.equal(await tab.ended(channel), '4001 moved')
  })

  test('two tabs chat', async () => {
    const [one, other] = await Promise.all([openTab(), openTab()])
    await Promise.all([one.connect('/chat'), other.connect('/chat')])
    await held(gateway, 'chat', 2)
    await one.send('/chat', '"hello"')
    await other.gets('/chat', 'hello')
    await other.send('/chat', '"hello yourself"')
    for (const tab of [one, other]) await tab.gets('/chat', 'hello', 'hello yourself')
  })
})
