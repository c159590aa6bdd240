import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { Gateway } from '../support/gateway.ts'
import { startMsgbus } from '../support/msgbus.ts'
import type { MsgbusPort } from '../support/msgbus.ts'
import { needs } from '../support/programs.ts'
import { until } from '../support/until.ts'
import { startChromium } from './chromium.ts'

describe('the msgbus chat, in a real browser', { skip: needs('chromium') }, () => {
  let gateway: Gateway
  let door: MsgbusPort
  let browser: Browser

  before(async () => {
    const keys = { document_root: resolve('examples/msgbus'), trust_unverified_sender: true }
    ;({ gateway, door } = await startMsgbus({ keys, workers: 2 }))
    browser = await startChromium()
  })

  after(async () => {
    await browser?.close()
    await gateway?.stop()
  })

  async function openPage(): Promise<Page> {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${door.port}/`)
    await shows(page, '#connection', 'Connected')
    return page
  }

  test('what is typed in one page appears in the other, and what others publish in both', async () => {
    const [one, other] = [await openPage(), await openPage()]
    await shows(one, '#sending', 'Waiting')
    await one.type('#text', 'grüße 🙂 <b>')
    await shows(one, '#sending', 'Typing')
    await one.press('#text', 'Enter')
    await shows(one, '#sending', 'Sent')
    // joe:x
    await door.publish('/msgbus/chatdemo', '<script>document.title="x"</script>', [
      'Content-Type: text/html',
      'Authorization: Basic am9lOng=',
    ])
    for (const page of [one, other]) {
      await until(async () => (await lines(page)).length === 2, 'two lines')
      assert.deepEqual(await lines(page), ['grüße 🙂 <b>', 'joe<script>document.title="x"</script>'])
      assert.equal(await page.title(), 'msgbus chat')
    }
    await Promise.all([one.close(), other.close()])
  })

  test('the page shows the last ten lines', async () => {
    const page = await openPage()
    for (let i = 1; i <= 12; i++) await door.publish('/msgbus/chatdemo', String(i))
    await until(async () => (await lines(page)).at(-1) === '12', 'the last line')
    assert.deepEqual(await lines(page), ['3', '4', '5', '6', '7', '8', '9', '10', '11', '12'])
    await page.close()
  })

  test('the page is connected again after its worker has ended', async () => {
    const page = await openPage()
    for (const pid of gateway.workerPids()) process.kill(pid, 'SIGKILL')
    await shows(page, '#connection', 'Disconnected')
    await until(async () => (await page.textContent('#connection')) === 'Connected', 'the new connection', 20_000)
    await door.publish('/msgbus/chatdemo', 'again')
    await until(async () => (await lines(page)).at(-1) === 'again', 'a line')
    await page.close()
  })
})

async function shows(page: Page, selector: string, text: string): Promise<void> {
  let shown: string | null = ''
  await until(
    async () => (shown = await page.textContent(selector)) === text,
    () => `${text} in ${selector}, which shows ${shown}`,
  )
}

async function lines(page: Page): Promise<string[]> {
  return page.$$eval('#lines li', (found) => found.map(({ textContent }) => textContent ?? ''))
}
