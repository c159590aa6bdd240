import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Push } from 'zeromq'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask, askUntilClosed, RawClient } from '../support/raw-client.ts'

const { gateway, backend } = await startBoth({
  args: ['--loglevel', '4'],
  config: { proxy: { log_user_agent: true, log_from: true, debug: true } },
})

const FORGED = '[ERR] 2000-01-01 00:00:00.000 [proxy] forged'
const LINE = /^\[(?:ERR|WARN|INFO|DEBUG|TRACE)\] \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (?:\[(?:proxy|handler)\] )?[^[]/

/** A line that somebody else wrote would start with its text; an escape could rewrite the terminal of who reads the log. */
function assertNothingForged(): void {
  for (const line of gateway.log.lines) {
    assert.match(line, LINE)
    assert.ok(!line.startsWith(FORGED), line)
    // eslint-disable-next-line no-control-regex
    assert.doesNotMatch(line, /[\x00-\x1f\x7f]/)
  }
}

test('what a client writes stays on its line of the log', async () => {
  for (const end of ['\r\n', '\n', '\r', '\x1b[2K']) {
    await askUntilClosed(gateway.port, `GET /raw${end}${FORGED} HTTP/1.1\r\nHost: a\r\n\r\n`)
    await askUntilClosed(gateway.port, `GET / HTTP/1.1\r\nHost: a${end}${FORGED}\r\nConnection: close\r\n\r\n`)
  }
  const lines = [
    'Connection: close',
    `Referer: \t${FORGED}\t\x9b2K`,
    `User-Agent: \t${FORGED}`,
    `Grip-Last: \t${FORGED}`,
  ]
  await ask(gateway.port, ['GET /%0D%0A%1B HTTP/1.1', 'Host: a', ...lines, '', ''].join('\r\n'))
  await gateway.log.waitFor(/GET http:\/\/a\/%0D%0A%1B/)
  assertNothingForged()
})

test('what a backend writes stays on its line of the log', async () => {
  const channel = `c\r\n${FORGED}\u001b[2K`
  const instruct = JSON.stringify({
    hold: { mode: 'stream', channels: [{ name: channel }] },
    response: { body: 'held' },
  })
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/grip-instruct\r\nContent-Length: ${instruct.length}\r\n\r\n`
  backend.answer(head + instruct)
  const client = await RawClient.connect(gateway.port)
  client.send('GET /held HTTP/1.1\r\nHost: a\r\n\r\n')
  await client.until('held')
  await gateway.log.waitFor(/subscribe http:\/\/a\/held channel=c/)
  await gateway.publish([{ channel, formats: { 'http-stream': { content: 'hello' } } }])
  await client.until('hello')
  await gateway.log.waitFor(/publish channel=c.* receivers=1/)
  client.abort()
  backend.answer(`HTTP/1.1 200 OK\r\nGrip-Hold: \t${FORGED}\r\nContent-Length: 0\r\n\r\n`)
  await ask(gateway.port, 'GET /bad HTTP/1.1\r\nHost: a\r\n\r\n')
  backend.answer(`HTTP/1.1 200 ${FORGED}\n${FORGED}\r\n\r\n`)
  await ask(gateway.port, 'GET /bad HTTP/1.1\r\nHost: a\r\n\r\n')
  assertNothingForged()
})

test('what a publisher writes stays on its line of the log', async () => {
  const field = `\r\n${FORGED}\u001b[2K`
  await gateway.publish([{ channel: field, id: field, formats: { 'http-stream': { content: field } } }])
  const push = new Push({ linger: 1000 })
  push.connect(gateway.pullSpec)
  await push.send(`J${JSON.stringify({ channel: 'c', formats: { 'http-stream': { action: field } } })}`)
  await push.send(`J${JSON.stringify({ channel: 'c', formats: { [field]: 1, 'http-stream': field } })}`)
  await push.send(field)
  await push.send(`J${JSON.stringify({ channel: 'last', formats: { 'http-stream': { content: 'x' } } })}`)
  push.close()
  await gateway.log.waitFor(/\[handler\] .*pull/)
  assertNothingForged()
})
