import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { needs } from '../support/programs.ts'
import { startSocketPush } from '../support/socket-push.ts'
import { until } from '../support/until.ts'
import { startChromium } from './chromium.ts'
import { socketPushPage } from './socket-push-page.ts'

const skip = needs('chromium')

/** What the page has shown. */
async function linesOf(page: Page): Promise<string[]> {
  const shown = (await page.locator('#shown').textContent()) ?? ''
  return shown.split('\n').slice(0, -1)
}

async function shows(page: Page, ...lines: readonly string[]): Promise<void> {
  let shown: string[] = []
  await until(
    async () => (shown = await linesOf(page)).length >= lines.length,
    () => `${JSON.stringify(lines)} on a page that shows ${JSON.stringify(shown)}`,
  )
  assert.deepEqual(shown, lines)
}

describe('socket-push in a real browser', { skip }, async () => {
  if (skip !== false) return
  const push = await startSocketPush()
  let options = '{}'
  const site = createServer((req, res) => {
    if (req.url === '/client.js') {
      res.setHeader('Content-Type', 'text/javascript')
      res.end(readFileSync('node_modules/socket.io-client/dist/socket.io.min.js'))
      return
    }
    res.setHeader('Content-Type', 'text/html').end(socketPushPage(push.port, options))
  })
  let browser: Browser

  before(async () => {
    await once(site.listen(0, '127.0.0.1'), 'listening')
    browser = await startChromium()
  })

  after(async () => {
    await browser?.close()
    site.closeAllConnections()
    await once(site.close(), 'close')
  })

  function origin(): string {
    return `http://127.0.0.1:${(site.address() as AddressInfo).port}/`
  }

  for (const transport of ['websocket', 'xhr-polling', 'jsonp-polling']) {
    test(`a page for socket.io 0.6 is connected by ${transport} and gets messages`, async () => {
      options = transport === 'websocket' ? '{}' : `{ transports: ['flashsocket', '${transport}'] }`
      await push.call('/auth/set/1/test')
      const page = await browser.newPage()
      const problems: string[] = []
      page.on('pageerror', (error) => problems.push(error.message))
      await page.goto(origin())
      await shows(page, `connected by ${transport}`)
      await page.fill('#userId', '1')
      await page.fill('#sessionId', 'test')
      await page.click('[type=submit]')
      await shows(page, `connected by ${transport}`, '{"auth":"Authorized as 1"}')
      await push.call(`/user/publish/1/${encodeURIComponent('"grüße\\n\\u2028</script>"')}`)
      await push.call('/user/publish/1/%5B1%2C%7B%22a%22%3A2%7D%5D')
      const received = [
        `connected by ${transport}`,
        '{"auth":"Authorized as 1"}',
        '"grüße\\n\u2028</script>"',
        '[1,{"a":2}]',
      ]
      await shows(page, ...received)
      await push.call('/user/remove/1')
      // It comes back by itself.
      await shows(page, ...received, 'disconnected', `connected by ${transport}`)
      assert.deepEqual(problems, [])
      await page.close()
    })
  }

  test("a page of today's Socket.IO gets messages", async () => {
    await push.call('/auth/set/2/second')
    const page = await browser.newPage()
    await page.goto(origin())
    await page.addScriptTag({ url: '/client.js' })
    await page.evaluate(`
      var messages = []
      var current = io('http://127.0.0.1:${push.port}')
      current.on('message', (message) => messages.push(message))
      current.on('connect', () => current.send({ userId: '2', hash: 'second' }))
    `)
    await page.waitForFunction('messages.length === 1')
    await push.call('/user/publish/2/%7B%22a%22%3A1%7D')
    await page.waitForFunction('messages.length === 2')
    assert.deepEqual(await page.evaluate('messages'), [{ auth: 'Authorized as 2' }, { a: 1 }])
    await page.close()
  })

  test('the management page has a form for each method, which calls it', async () => {
    const page = await browser.newPage()
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error' && !/500/.test(message.text())) problems.push(message.text())
    })
    await page.goto(`http://127.0.0.1:${push.adminPort}/`)
    await page.waitForSelector('form >> nth=12')
    assert.deepEqual(await page.locator('h2').allInnerTexts(), ['auth', 'user', 'channel'])
    const set = page.locator('form').first()
    await set.locator('input').nth(0).fill('3')
    await set.locator('input').nth(1).fill('a/b & ü')
    await set.locator('button').click()
    await until(async () => (await set.locator('output').innerText()) === 'null', 'an answer')
    assert.deepEqual(await push.call(`/auth/check/${encodeURIComponent('a/b & ü')}`), ['HTTP/1.1 200 OK', '3'])
    const publish = page.locator('form').nth(4)
    await publish.locator('input').nth(0).fill('99')
    await publish.locator('input').nth(1).fill('"hi"')
    await publish.locator('button').click()
    await until(async () => (await publish.locator('output').innerText()) === '500 User not connected', 'an error')
    assert.deepEqual(problems, [])
    const folder = process.env['SCREENSHOTS']
    if (folder !== undefined) await page.screenshot({ path: `${folder}/socket-push-management.png`, fullPage: true })
    await page.close()
  })
})
