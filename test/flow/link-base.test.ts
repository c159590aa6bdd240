// GRIP 3.7, 6.5: links are relative to the client's request, whose Host may be none that a URL can have.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { RawClient } from '../support/raw-client.ts'
import { byPath, targetOf } from './answer-by-path.ts'
import { held } from './held.ts'
import { answer, longPoll } from './origin-answer.ts'

const { gateway, backend } = await startBoth({ config: { handler: { update_on_first_subscription: false } } })

const requests = {
  'no Host': ['/', 'GET / HTTP/1.0\r\n\r\n'],
  // The first part of such a path must not be taken for the host, which would get signed requests.
  'no Host, but one in its path': ['/127.0.0.1:1/', 'GET /127.0.0.1:1/ HTTP/1.0\r\n\r\n'],
  'a port that is none': ['/', 'GET / HTTP/1.1\r\nHost: a:99999\r\nConnection: close\r\n\r\n'],
  'a Host that is no name': ['/', 'GET / HTTP/1.1\r\nHost: a%zz\r\nConnection: close\r\n\r\n'],
  'a Host that is no address': ['/', 'GET / HTTP/1.1\r\nHost: 1.2.3.999\r\nConnection: close\r\n\r\n'],
} as const

for (const [name, [path, request]] of Object.entries(requests)) {
  test(`the next link of a request with ${name} is fetched from its own backend`, async () => {
    backend.script = byPath({ [path]: answer(['Grip-Link: </next>; rel=next'], 'one '), '/next': answer([], 'two') })
    const client = await RawClient.connect(gateway.port)
    client.send(request)
    assert.match(await client.closed(), /one [^]*two/)
    assert.deepEqual(
      backend.requests.map(({ line }) => targetOf(line)),
      [path, '/next'],
    )
  })

  test(`a long poll with ${name} is answered, and its backend told`, async () => {
    const channel = `gone-${name.replaceAll(/\W/g, '-')}`
    backend.script = byPath({ [path]: longPoll(channel, ['Grip-Link: </gone>; rel=gone']), '/gone': answer([]) })
    const client = await RawClient.connect(gateway.port)
    client.send(request)
    await held(gateway, channel)
    await gateway.publish([{ channel, formats: { 'http-response': { body: 'news' } } }])
    assert.match(await client.closed(), /news$/)
    await backend.next()
    assert.equal((await backend.next()).line, 'POST /gone HTTP/1.1')
  })
}

for (const link of ['mailto:someone', 'ftp://localhost/x', 'data:,x', 'http:']) {
  test(`a link to ${link} is refused`, async () => {
    backend.answer(answer([`Grip-Link: <${link}>; rel=next`], 'x'))
    const client = await RawClient.connect(gateway.port)
    client.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    assert.equal((await client.response()).code, 502)
    client.abort()
  })
}
