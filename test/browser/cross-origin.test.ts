import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { held } from '../flow/held.ts'
import { answer, longPoll } from '../flow/origin-answer.ts'
import { freePorts } from '../support/free-ports.ts'
import { startGateway } from '../support/gateway.ts'
import type { Gateway } from '../support/gateway.ts'
import { needs } from '../support/programs.ts'
import { startBackend } from '../support/recording-backend.ts'
import type { RecordingBackend } from '../support/recording-backend.ts'
import { startChromium } from './chromium.ts'

describe('a page of another origin, in a real browser', { skip: needs('chromium') }, () => {
  const site = createServer((_req, res) =>
    res.setHeader('Content-Type', 'text/html; charset=utf-8').end('<!doctype html>'),
  )
  let backend: RecordingBackend
  let gateway: Gateway
  let browser: Browser
  let page: Page

  before(async () => {
    await once(site.listen(0, '127.0.0.1'), 'listening')
    backend = await startBackend()
    const address = `127.0.0.1:${backend.port}`
    const [dead] = await freePorts(1)
    gateway = await startGateway({
      routes: [`*,aco ${address}`, `*,path_beg=/plain ${address}`, `*,path_beg=/down,aco 127.0.0.1:${dead}`],
    })
    browser = await startChromium()
    page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`)
  })

  after(async () => {
    await browser?.close()
    await gateway?.stop()
    await backend?.stop()
    site.closeAllConnections()
    await once(site.close(), 'close')
  })

  /** Makes the backend answer preflights without a word about origins, and all other requests with these bytes. */
  function answerWith(bytes: string): void {
    backend.reset()
    backend.script = {
      whole: (socket, { line }) =>
        void socket.write(line.startsWith('OPTIONS ') ? answer([], '') : Buffer.from(bytes, 'latin1')),
    }
  }

  /** Runs an expression of the page, which may use GATEWAY. */
  async function run(expression: string): Promise<string> {
    return page.evaluate<string>(expression.replaceAll('GATEWAY', `http://127.0.0.1:${gateway.port}`))
  }

  const FETCHED = `(response) => response.text().then((text) => response.status + ' ' + response.headers.get('x-a') + ' ' + text)`

  test('long-polls with fetch, credentials and a header that needs a preflight', async () => {
    answerWith(longPoll('fetched', ['X-A: 1']))
    const fetched = run(
      `fetch('GATEWAY/fetch', { method: 'PUT', headers: { 'X-B': '2' }, credentials: 'include' }).then(${FETCHED})`,
    )
    await held(gateway, 'fetched')
    await gateway.publish([{ channel: 'fetched', formats: { 'http-response': { code: 201, body: 'grüße 🙂' } } }])
    assert.equal(await fetched, '201 1 grüße 🙂')
    assert.deepEqual(
      backend.requests.map(({ line }) => line),
      ['OPTIONS /fetch HTTP/1.1', 'PUT /fetch HTTP/1.1'],
    )
  })

  test('can read with fetch that the backend is down', async () => {
    assert.equal(await run(`fetch('GATEWAY/down').then(${FETCHED})`), '502 null Error while proxying to origin.\n')
  })

  test('gets nothing with fetch on a route without aco', async () => {
    answerWith(answer([], 'secret'))
    assert.equal(await run(`fetch('GATEWAY/plain').catch(({ name }) => name)`), 'TypeError')
  })

  test('long-polls with a script element', async () => {
    answerWith(longPoll('scripted', ['X-A: 1']))
    const describing = `&_method=POST&_headers=${encodeURIComponent('{"X-B":"2"}')}&_body=hello`
    const scripted = run(loaded('window["D3DD-1"].getCallback("cb-0")', `/script?x${describing}`))
    await held(gateway, 'scripted')
    const body = '</script>\u2028 "grüße" 🙂'
    await gateway.publish([{ channel: 'scripted', formats: { 'http-response': { body } } }])
    assert.deepEqual(JSON.parse(await scripted), { id: 'cb-0', body, code: 200, headers: { 'X-A': '1' }, reason: 'OK' })
    const [request] = backend.requests
    assert.equal(request?.line, 'POST /script?x HTTP/1.1')
    assert.deepEqual([request?.body, request?.values('x-b')], ['hello', ['2']])
  })

  test('gets an ordinary response with a script element, and what is no callback is not run', async () => {
    answerWith(answer([], '<p>\xc3\xa9</p>', '404 Not Found'))
    const { code, body } = JSON.parse(await run(loaded('window["D3DD-1"].getCallback("cb-1")', '/script?x'))) as {
      code: number
      body: string
    }
    assert.deepEqual([code, body], [404, '<p>é</p>'])
    assert.equal(await run(loaded('alert(1)//', '/script?x')), 'error')
  })
})

/** An expression for what the function gets when the script calls it, or for the event of a script that does not. */
function loaded(callback: string, rest: string): string {
  return `new Promise((resolve) => {
    const take = (value) => resolve(JSON.stringify(value))
    window['D3DD-1'] = { getCallback: (id) => (value) => take({ id, ...value }) }
    const script = document.createElement('script')
    script.onerror = () => resolve('error')
    script.src = 'GATEWAY' + '${rest}&callback=' + encodeURIComponent('${callback}')
    document.head.append(script)
  })`
}
