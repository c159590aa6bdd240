import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startMsgbus, undated } from '../support/msgbus.ts'
import { until } from '../support/until.ts'

const { gateway, door } = await startMsgbus({ keys: { trust_unverified_sender: true } })
after(() => gateway.stop())

const HEAD_10 =
  'HTTP/1.0 200 OK\r\nServer: msgbus\r\nContent-Type: multipart/x-mixed-replace;boundary=00MsgBus00\r\n\r\n--00MsgBus00\n'
const HEAD_11 =
  'HTTP/1.1 200 OK\r\nServer: msgbus\r\nContent-Type: multipart/x-mixed-replace;boundary=00MsgBus00\r\n' +
  'Transfer-Encoding: chunked\r\nDate: NOW\r\n\r\nd\r\n--00MsgBus00\n\r\n'

test('a message is answered with 204 OK, in the version of the request', async () => {
  const type = 'Content-Type: text/html\r\nContent-Length: 11\r\n\r\n<h1>hi</h1>'
  const old = await door.client(`POST /msgbus/foo HTTP/1.0\r\n${type}`)
  assert.equal(await old.closed(), 'HTTP/1.0 204 OK\r\nServer: msgbus\r\n\r\n')
  const current = await door.client(`POST /msgbus/foo HTTP/1.1\r\nHost: x\r\n${type}`)
  const { bytes } = await current.response()
  assert.equal(undated(bytes), 'HTTP/1.1 204 OK\r\nServer: msgbus\r\nDate: NOW\r\n\r\n')
  current.abort()
})

test('an HTTP/1.0 subscriber gets parts with their length, each with the boundary right behind it', async () => {
  const subscriber = await door.subscriber('/msgbus/parts')
  assert.equal(subscriber.pending, HEAD_10)
  await door.publish('/msgbus/parts', 'hello')
  // dugsong:x
  const from = 'Authorization: Basic ZHVnc29uZzp4'
  await door.publish('/msgbus/parts', '<b>hi</b>', [from, 'Content-Type: text/html'])
  const parts =
    'Content-Type: text/plain\nContent-Length: 5\n\nhello--00MsgBus00\n' +
    'From: dugsong\nContent-Type: text/html\nContent-Length: 9\n\n<b>hi</b>--00MsgBus00\n'
  assert.equal(await subscriber.until('<b>hi</b>--00MsgBus00\n'), HEAD_10 + parts)
  subscriber.abort()
})

test('an HTTP/1.1 subscriber gets each message as one chunk', async () => {
  const subscriber = await door.subscriber('/msgbus/chunks', '1.1')
  assert.equal(undated(subscriber.pending), HEAD_11)
  await door.publish('/msgbus/chunks', 'hello')
  await door.publish('/msgbus/chunks', '')
  const chunks =
    '3e\r\nContent-Type: text/plain\nContent-Length: 5\n\nhello--00MsgBus00\n\r\n' +
    '39\r\nContent-Type: text/plain\nContent-Length: 0\n\n--00MsgBus00\n\r\n'
  assert.equal(undated(await subscriber.until('0\n\n--00MsgBus00\n\r\n')), HEAD_11 + chunks)
  subscriber.abort()
})

const part = (channel: string, length: number, text: string): string =>
  `Content-Location: /msgbus/${channel}\nContent-Type: text/plain\nContent-Length: ${length}\n\n${text}--00MsgBus00\n`

test('the root gets the messages of all channels and says whose they are, each once', async () => {
  const root = await door.subscriber('/msgbus/')
  const other = await door.subscriber('/msgbus/a')
  await door.publish('/msgbus/a', 'one')
  await door.publish('/msgbus/b%20c/d?x=1', 'two')
  await door.publish('/msgbus/', 'three')
  await door.publish('/msgbus/a', 'four')
  const expected = part('a', 3, 'one') + part('b%20c/d', 3, 'two') + part('', 5, 'three') + part('a', 4, 'four')
  assert.equal(await root.until('four--00MsgBus00\n'), HEAD_10 + expected)
  const own = ['one', 'four'].map(
    (text) => `Content-Type: text/plain\nContent-Length: ${text.length}\n\n${text}--00MsgBus00\n`,
  )
  assert.equal(await other.until('four--00MsgBus00\n'), HEAD_10 + own.join(''))
  root.abort()
  other.abort()
})

test('types and senders are chosen with patterns', async () => {
  const types = ['text/plain', 'text/html', 'text/html; charset=utf-8', 'application/octet-stream', 'image/png']
  const cases: Readonly<Record<string, readonly string[]>> = {
    '?type=text/*,image/*': ['text/plain', 'text/html', 'text/html; charset=utf-8', 'image/png'],
    '?type=!text/html*,text/*': ['text/plain'],
    '?type=%21text/html,text%2F%2A': ['text/plain', 'text/html; charset=utf-8'],
    '?type=!text/html': [],
    '?type=text/html': ['text/html'],
    '?type=Text/*': [],
    '?type=*': types,
    '?sender=dug*': ['text/html'],
    '?sender=*': types,
    '?type=text/*&sender=?oe': [],
    '?sender=?oe': ['image/png'],
  }
  const subscribers = await Promise.all(
    Object.keys(cases).map((query) => door.subscriber(`/msgbus/chosen${query}`, '1.1')),
  )
  for (const type of types) {
    // dugsong:x, joe:x, nobody
    const name = { 'text/html': 'ZHVnc29uZzp4', 'image/png': 'am9lOng=' }[type]
    const from = name === undefined ? [] : [`Authorization: Basic ${name}`]
    await door.publish('/msgbus/chosen', type, [`Content-Type: ${type}`, ...from])
  }
  const all = await door.subscriber('/msgbus/chosen', '1.0')
  await door.publish('/msgbus/chosen', 'last', ['Content-Type: text/html', 'Authorization: Basic ZHVnc29uZzp4'])
  await all.until('last')
  all.abort()
  for (const [index, wanted] of Object.values(cases).entries()) {
    const subscriber = subscribers[index]
    assert.ok(subscriber !== undefined)
    const got = (): string[] =>
      Array.from(subscriber.pending.matchAll(/\n\n(.+)--00MsgBus00/g), ([, text = '']) => text).filter(
        (text) => text !== 'last',
      )
    await until(
      () => got().length >= wanted.length,
      () => `${Object.keys(cases)[index]}: ${wanted.join()} of ${subscriber.pending}`,
    )
    assert.deepEqual(got(), wanted, Object.keys(cases)[index])
    subscriber.abort()
  }
})

test('any bytes arrive as they were sent, in both versions', async () => {
  const subscribers = [await door.subscriber('/msgbus/bytes'), await door.subscriber('/msgbus/bytes', '1.1')]
  const bytes = `\0\x01\x02\xff\r\n--00MsgBus00\n`
  await door.publish('/msgbus/bytes', bytes, ['Content-Type: application/x-test; a="b"'])
  await door.publish('/msgbus/bytes', 'end')
  for (const subscriber of subscribers) {
    const got = await subscriber.until('end--00MsgBus00\n')
    assert.ok(
      got.includes(
        `Content-Type: application/x-test; a="b"\nContent-Length: ${bytes.length}\n\n${bytes}--00MsgBus00\n`,
      ),
    )
    subscriber.abort()
  }
})

test('pipelined messages are answered and delivered in their order, chunked ones too', async () => {
  const subscriber = await door.subscriber('/msgbus/line')
  const post = 'POST /msgbus/line HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n'
  const publisher = await door.client(
    `${post}Content-Length: 3\r\n\r\none${post}Transfer-Encoding: chunked\r\n\r\n2\r\ntw\r\n1\r\no\r\n0\r\n\r\n`,
  )
  assert.equal((await publisher.response()).code, 204)
  assert.equal((await publisher.response()).code, 204)
  const got = await subscriber.until('two--00MsgBus00\n')
  assert.deepEqual(
    Array.from(got.matchAll(/\n\n(.+)--00MsgBus00/g), ([, text]) => text),
    ['one', 'two'],
  )
  publisher.abort()
  subscriber.abort()
})

test('what is no message and no subscription is refused', async () => {
  const noType = await door.ask('POST', '/msgbus/foo', ['Content-Length: 1'], 'x')
  assert.equal(noType.code, 400)
  assert.ok(noType.body.includes('<TITLE>400 Bad Request</TITLE>'))
  assert.deepEqual(noType.values('connection'), ['close'])
  for (const method of ['PUT', 'DELETE', 'HEAD', 'OPTIONS']) {
    const answer = await door.ask(method, '/msgbus/foo')
    assert.equal(answer.line, 'HTTP/1.1 501 Not Implemented', method)
    assert.deepEqual(answer.values('content-length'), ['0'], method)
  }
  for (const path of ['/msgbus', '/index.html', '/../x', '/']) {
    const { code, body } = await door.ask('GET', path)
    assert.deepEqual([code, body], [404, '<h1>Not Found</h1>'], path)
  }
  assert.equal(await door.publish('/msgbus/a%FF', 'x'), 204, 'the text as it stands')
  assert.equal(await door.publish('/msgbus/a\xff', 'x'), 400, 'not UTF-8')
  assert.equal(await door.publish(`/msgbus/${'x'.repeat(1025)}`, 'x'), 400)
  assert.equal(await door.publish('/msgbus/foo', 'x', [`Content-Type: ${'x'.repeat(256)}`]), 400)
})

test('a message over the limit of the publish port is refused, announced or not', async () => {
  const announced = await door.ask('POST', '/msgbus/foo', ['Content-Type: a/b', 'Content-Length: 1000001'])
  assert.equal(announced.code, 413)
  const chunk = `${(500_001).toString(16)}\r\n${'x'.repeat(500_001)}\r\n`
  const head = ['Content-Type: a/b', 'Transfer-Encoding: chunked']
  assert.equal((await door.ask('POST', '/msgbus/foo', head, `${chunk}${chunk}0\r\n\r\n`)).code, 413)
  const vain = await door.client(
    'POST /msgbus/foo HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\nContent-Length: 1000001\r\nExpect: 100-continue\r\n\r\n',
  )
  assert.equal((await vain.response()).code, 413, 'and not 100')
  vain.abort()
  const waiting = await door.client(
    'POST /msgbus/foo HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n',
  )
  assert.equal((await waiting.response()).code, 100)
  waiting.send('x')
  assert.equal((await waiting.response()).code, 204)
  waiting.abort()
})

test('a page of another site cannot publish', async () => {
  const type = 'Content-Type: text/plain'
  assert.equal(await door.publish('/msgbus/foo', 'x', [type, 'Sec-Fetch-Site: cross-site']), 403)
  assert.equal(await door.publish('/msgbus/foo', 'x', [type, 'Origin: http://elsewhere.example']), 403)
  assert.equal(await door.publish('/msgbus/foo', 'x', [type, 'Origin: http://x']), 204)
  assert.equal(await door.publish('/msgbus/foo', 'x', [type, 'Origin: null', 'Sec-Fetch-Site: same-origin']), 204)
})

test('what a subscriber sends afterwards is ignored, and it stays subscribed', async () => {
  const get = 'GET /msgbus/deaf HTTP/1.1\r\nHost: x\r\n\r\n'
  const together = await door.client(get + get)
  await together.until('--00MsgBus00\n')
  const later = await door.subscriber('/msgbus/deaf', '1.1')
  later.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  later.send('x'.repeat(100_000))
  await door.publish('/msgbus/deaf', 'hello')
  for (const subscriber of [together, later]) {
    const got = await subscriber.until('hello--00MsgBus00\n')
    assert.equal(got.split('HTTP/1.1').length, 2, 'one response')
    subscriber.abort()
  }
})

test('a browser gets the same channels as events', async () => {
  const accept = 'Accept: text/event-stream'
  const channel = await door.client(`GET /msgbus/events HTTP/1.0\r\n${accept}\r\n\r\n`)
  const head =
    'HTTP/1.0 200 OK\r\nServer: msgbus\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n\r\n:\n\n'
  assert.equal(await channel.until(':\n\n'), head)
  const root = await door.client(`GET /msgbus/?type=text/* HTTP/1.1\r\nHost: x\r\n${accept}\r\n\r\n`)
  await root.until('3\r\n:\n\n\r\n')
  await door.publish('/msgbus/events', '\xff\0', ['Content-Type: a/b'])
  await door.publish('/msgbus/events', 'a\n"b"', ['Content-Type: text/plain', 'Authorization: Basic am9lOng='])
  const text = 'data: {"channel":"events","sender":"joe","type":"text/plain","body":"a\\n\\"b\\""}\n\n'
  assert.equal(await channel.until('joe'), `${head}data: {"channel":"events","type":"a/b","base64":"/wA="}\n\n${text}`)
  assert.ok((await root.until('joe')).endsWith(`:\n\n\r\n${text.length.toString(16)}\r\n${text}\r\n`))
  channel.abort()
  root.abort()
})
