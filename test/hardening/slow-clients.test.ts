import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { startGateway } from '../support/gateway.ts'
import { RawClient } from '../support/raw-client.ts'
import { watchHarm } from '../support/unharmed.ts'
import { until } from '../support/until.ts'

const gateway = await startGateway({ routes: ['* test'], config: { proxy: { client_queue_max: 65_536 } } })
after(() => gateway.stop())

// The limit is 10 s; the rest is for a busy machine.
const DRIP_LIMIT = 30_000

/** Sends a byte of a header every now and then, so that no idle limit ever sees a silent client. */
async function drip(client: RawClient, start: string): Promise<string> {
  client.send(start)
  const drops = setInterval(() => client.send('x'), 500)
  try {
    return await client.closed(DRIP_LIMIT)
  } finally {
    clearInterval(drops)
    client.abort()
  }
}

describe('clients that are slow on purpose', { concurrency: true }, () => {
  const assertUnharmed = watchHarm(gateway)
  after(assertUnharmed)

  it('one that drips its header is cut', async () => {
    const received = await drip(await RawClient.connect(gateway.port), 'GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ')
    assert.match(received, /^(?:HTTP\/1\.1 408 |$)/)
  })

  it('one that drips the header of its second request is cut', async () => {
    const client = await RawClient.connect(gateway.port)
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await client.response()
    assert.match(await drip(client, 'GET / HTTP/1.1\r\nHost: a\r\nX-Slow: '), /^(?:HTTP\/1\.1 408 |$)/)
  })

  it('200 that say nothing keep nobody else waiting', async () => {
    const silent = await Promise.all(Array.from({ length: 200 }, () => RawClient.connect(gateway.port)))
    await assertUnharmed()
    for (const client of silent) client.abort()
  })

  it('one that does not read its stream is cut when its queue is full, while others get every byte', async () => {
    const slow = await RawClient.connect(gateway.port)
    const quick = await RawClient.connect(gateway.port)
    for (const client of [slow, quick]) {
      client.send('GET /stream?channel=flood HTTP/1.1\r\nHost: a\r\n\r\n')
      await client.until('[stream opened]\n')
    }
    slow.socket.pause()
    let received = 0
    quick.socket.on('data', (text: string) => (received += text.length))
    const content = 'x'.repeat(500_000)
    let sent = 0
    const cut = /client too slow/
    while (gateway.log.matching(cut).length === 0) {
      assert.ok(sent < 200, `not cut after ${sent} messages of ${content.length} bytes`)
      await gateway.publish([{ channel: 'flood', formats: { 'http-stream': { content } } }])
      sent++
      await until(
        () => received >= sent * content.length,
        () => `${sent} messages; ${received} bytes came`,
      )
    }
    assert.match(
      await gateway.log.waitFor(cut),
      /^\[WARN\] .* \[proxy\] http:\/\/a\/stream\?channel=flood: client too slow/,
    )
    assert.ok(!quick.ended)
    slow.socket.resume()
    await slow.closed()
    assert.doesNotMatch(slow.pending, /\r\n0\r\n\r\n$/)
    quick.abort()
  })
})
