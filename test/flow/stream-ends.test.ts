import assert from 'node:assert/strict'
import { readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Gateway } from '../support/gateway.ts'
import { RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { get } from './held.ts'
import { answer, stream } from './origin-answer.ts'
import { halfOpen, post, reuse, sendUntilClosed, startBothWays } from './streams-both-ways.ts'

/** Of the only worker. */
function socketsOf(gateway: Gateway): number {
  const [pid] = gateway.workerPids()
  const directoryOf = `/proc/${pid}/fd`
  return readdirSync(directoryOf).filter((fd) => {
    try {
      return readlinkSync(join(directoryOf, fd)).startsWith('socket:')
    } catch {
      return false
    }
  }).length
}

for (const streams of await startBothWays()) {
  const { how, gateway, backend } = streams

  test(`a stream behind many requests is told of its client's end${how}`, async () => {
    for (const request of [
      get('/hold/last'),
      get('/own/stream?channel=last'),
      post('/own/stream?channel=last', 'body'),
    ]) {
      streams.script()
      const client = await RawClient.connect(gateway.port)
      const paths = Array.from({ length: 10 }, (_, index) => `/many-${index}`)
      client.send(paths.map((path) => get(path)).join('') + request)
      for (const path of paths) assert.equal((await client.response()).body, `GET ${path} HTTP/1.1`)
      await streams.live(client, 'last')
      client.abort()
      await streams.nobodyOn('last')
    }
  })

  test(`bytes that are no request end the connection after the stream${how}`, async () => {
    const client = await streams.open(get('/hold/garbage'), 'garbage')
    client.send('GET / HTTP/1.1\r\n: x\r\n\r\n')
    if (how === '') {
      await streams.close('garbage')
      assert.match((await client.response()).body, /^first,(<garbage-\d+>)+$/)
      assert.match(await client.closed(), /^HTTP\/1\.1 400 /)
    } else {
      // They are read at once here, and an answer would look like a part of the stream.
      await client.closed()
    }
    assert.deepEqual(streams.seen(), ['GET /hold/garbage'])
  })

  for (const [name, request] of [
    ['asked for its end', get('/hold/close', ['Connection: close'])],
    ['speaks HTTP/1.0', get('/hold/close', [], '1.0')],
    ['speaks HTTP/1.0 and asks to keep it', get('/hold/close', ['Connection: keep-alive'], '1.0')],
  ] as const) {
    test(`the connection of a client that ${name} is for no other request${how}`, async () => {
      streams.script()
      const client = await halfOpen(gateway)
      client.send(request)
      await streams.live(client, 'close')
      assert.match(client.pending, /\r\nConnection: close\r\n/)
      if (how === '') {
        // Otherwise it is read at once, and ends the stream: it is an error to send it.
        client.send(get('/during'))
        await streams.live(client, 'close')
      }
      await streams.close('close')
      await until(() => client.ended, 'the end of the response')
      assert.match(client.pending, request.includes('HTTP/1.0') ? /<close-\d+>$/ : /\r\n0\r\n\r\n$/)
      const rest = client.pending
      await sendUntilClosed(client, get('/after'))
      assert.equal(client.pending, rest)
      assert.equal(backend.requests.length, 1)
    })
  }

  test(`behind bytes that are no request, and came before the stream, nothing is a request${how}`, async () => {
    streams.script()
    const client = await halfOpen(gateway)
    client.send(`${get('/hold/behind')}\0\0\0`)
    await streams.live(client, 'behind')
    await streams.close('behind')
    await until(() => client.ended, 'the end of the response')
    assert.match(client.pending, /\r\nConnection: close\r\n[^]*<behind-\d+>\r\n0\r\n\r\n$/)
    await sendUntilClosed(client, get('/after'))
    assert.deepEqual(streams.seen(), ['GET /hold/behind'])
  })

  test(`a slow HTTP/1.0 client gets all of a stream that has ended${how}`, async () => {
    const client = await streams.open(get('/hold/slow', [], '1.0'), 'slow')
    client.socket.pause()
    const content = 'y'.repeat(900_000)
    for (let items = 0; items < 10; items++) await streams.publish('slow', content)
    await streams.close('slow')
    // Another connection that is ended later, and not waited for any more.
    const later = await halfOpen(gateway)
    later.send(get('/hold/later', ['Connection: close']))
    await streams.live(later, 'later')
    await streams.close('later')
    await until(() => later.ended, 'the end of the response')
    await sendUntilClosed(later, 'x')
    client.socket.resume()
    const bytes = await client.closed()
    assert.equal(bytes.split('y').length - 1, 9_000_000)
  })

  test(`a client that ends its own direction during a stream ends the stream${how}`, async () => {
    const client = await streams.open(get('/hold/half'), 'half')
    client.finish()
    assert.ok(!(await client.closed()).endsWith('0\r\n\r\n'))
    await streams.nobodyOn('half')
  })

  test(`a client that ends its own direction behind a request is let go${how}`, async () => {
    const client = await streams.open(get('/hold/half-2'), 'half-2')
    client.send(get('/during'))
    client.finish()
    await client.closed()
    await streams.nobodyOn('half-2')
    assert.deepEqual(streams.seen(), ['GET /hold/half-2'])
  })

  test(`clients that leave, in a stream or after it, free their sockets${how}`, async () => {
    const before = socketsOf(gateway)
    const clients: RawClient[] = []
    for (let count = 0; count < 30; count++) {
      const channel = `leave-${count % 3}`
      clients.push(await streams.open(get(`/hold/${channel}`), channel))
    }
    assert.ok(socketsOf(gateway) >= before + 30)
    await streams.close('leave-0')
    await streams.close('leave-1')
    for (const [index, client] of clients.entries()) {
      if (index % 3 < 2) await client.response()
      if (index % 3 === 1) await reuse(client, '/idle')
      if (index % 2 === 0) client.abort()
      else client.finish()
    }
    await streams.nobodyOn('leave-2')
    await until(
      () => socketsOf(gateway) <= before,
      () => `${socketsOf(gateway)} sockets, before ${before}`,
    )
  })

  // Otherwise a request waits until the client has read the response before it.
  for (const behind of how !== '' ? [] : ['a whole request', 'a part of a request']) {
    test(`a client that reads slowly loses nothing of ${behind} that it sent in between${how}`, async () => {
      backend.script = {
        whole: (socket, { line }) => {
          const channel = /\/hold\/(\w+)/.exec(line)?.[1]
          // More than Node writes without waiting: it stops to parse then.
          const start = line.includes('/hold/two') ? 'z'.repeat(100_000) : ''
          socket.write(channel === undefined ? answer([], line) : stream(channel, [], start))
        },
      }
      const heldOn = async (channel: string): Promise<void> => {
        const found = (): number => gateway.log.matching(new RegExp(`subscribe .* channel=${channel}$`)).length
        const count = found()
        await until(() => found() > count, `held on ${channel}`)
      }
      const client = await RawClient.connect(gateway.port)
      client.send(get('/hold/one'))
      await streams.live(client, 'one')
      client.socket.pause()
      for (let items = 0; items < 8; items++) await streams.publish('one', 'y'.repeat(900_000))
      const two = heldOn('two')
      client.send(get('/hold/two'))
      await streams.close('one')
      await two
      const request = get('/later', ['X: y'])
      const [first, last] = behind === 'a whole request' ? [request, ''] : [request.slice(0, -6), request.slice(-6)]
      const three = heldOn('three')
      client.send(get('/hold/three') + first)
      // Bytes on their way have come when these of another connection have.
      await streams.open(get('/hold/other'), 'other').then((other) => other.abort())
      await streams.close('two')
      await three
      client.send(last)
      client.socket.resume()
      await client.response()
      await client.response()
      await streams.live(client, 'three')
      await streams.close('three')
      await client.response()
      assert.equal((await client.response()).body, 'GET /later HTTP/1.1')
      await reuse(client, '/after')
      client.abort()
    })
  }

  test(`Node warns of nothing, and nothing has failed${how}`, () => {
    assert.deepEqual(gateway.log.matching(/^\[ERR\]|Deprecat|Warning/), [])
  })
}
