import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RawClient } from '../support/raw-client.ts'
import { OK } from '../support/recording-backend.ts'
import { get } from './held.ts'
import { stream } from './origin-answer.ts'
import { post, reuse, startBothWays } from './streams-both-ways.ts'

for (const streams of await startBothWays()) {
  const { how, gateway, backend } = streams

  test(`a connection is held, ended and used again, a hundred times${how}`, async () => {
    const client = await streams.open(get('/hold/again'), 'again')
    for (let times = 1; ; times++) {
      await streams.close('again')
      const { body } = await client.response()
      assert.match(body, /^first,(<again-\d+>)+$/)
      if (times === 100) break
      if (times % 3 === 0) await reuse(client, `/between-${times}`)
      client.send(get('/hold/again'))
      await streams.live(client, 'again')
    }
    await reuse(client, '/last')
    client.abort()
  })

  test(`a connection that has served requests can be held${how}`, async () => {
    streams.script()
    const client = await RawClient.connect(gateway.port)
    for (let times = 0; times < 3; times++) await reuse(client, `/ordinary-${times}`)
    client.send(get('/hold/served'))
    await streams.live(client, 'served')
    await streams.close('served')
    await client.response()
    await reuse(client, '/after')
    client.abort()
  })

  test(`requests from before, during and after a stream are answered once each, in their order${how}`, async () => {
    const client = await streams.open(get('/hold/order') + get('/before'), 'order')
    client.send(get('/during-1'))
    await streams.live(client, 'order')
    client.send(get('/during-2') + get('/hold/order-2') + get('/during-3'))
    assert.deepEqual(streams.seen(), ['GET /hold/order'])
    await streams.close('order')
    await client.response()
    for (const path of ['/before', '/during-1', '/during-2'])
      assert.equal((await client.response()).body, `GET ${path} HTTP/1.1`)
    await streams.live(client, 'order-2')
    await streams.close('order-2')
    await client.response()
    assert.equal((await client.response()).body, 'GET /during-3 HTTP/1.1')
    await reuse(client, '/after')
    assert.equal(backend.requests.length, 7)
    client.abort()
  })

  test(`a request that is cut anywhere by the end of a stream is read as one${how}`, async () => {
    const body = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'
    const request = post('/whole', body)
    for (let at = 1; at < request.length; at++) {
      const client = await streams.open(get('/hold/split'), 'split')
      backend.requests.length = 0
      client.send(request.slice(0, at))
      // Through the same worker, so that the bytes are there for certain when the stream ends.
      if (at % 2 === 0) await streams.live(client, 'split')
      await streams.close('split')
      await client.response()
      client.send(request.slice(at))
      assert.equal((await client.response()).body, 'POST /whole HTTP/1.1', `cut at ${at}`)
      assert.deepEqual(
        backend.requests.map((got) => [got.line, got.body]),
        [['POST /whole HTTP/1.1', body]],
        `cut at ${at}`,
      )
      client.abort()
    }
  })

  test(`a request that has begun before the stream is held is not lost${how}`, async () => {
    const body = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'
    const request = post('/begun', body)
    for (const at of [1, 4, 20, request.indexOf('\r\n\r\n') + 3, request.length - body.length + 5]) {
      const client = await streams.open(get('/hold/begun') + request.slice(0, at), 'begun')
      backend.requests.length = 0
      client.send(request.slice(at, -3))
      await streams.live(client, 'begun')
      await streams.close('begun')
      await client.response()
      client.send(request.slice(-3))
      assert.equal((await client.response()).body, 'POST /begun HTTP/1.1')
      await reuse(client, '/next')
      assert.deepEqual(
        backend.requests.map((got) => [got.line, got.body]),
        [
          ['POST /begun HTTP/1.1', body],
          ['GET /next HTTP/1.1', ''],
        ],
      )
      client.abort()
    }
  })

  test(`a hundred requests that are sent during a stream are all answered after it${how}`, async () => {
    const client = await streams.open(get('/hold/many'), 'many')
    const paths = Array.from({ length: 100 }, (_, index) => `/many-${index}`)
    for (const path of paths) client.send(get(path))
    await streams.live(client, 'many')
    await streams.close('many')
    await client.response()
    for (const path of paths) assert.equal((await client.response()).body, `GET ${path} HTTP/1.1`)
    await reuse(client, '/after')
    client.abort()
  })

  test(`an expectation that is refused has its place behind the stream${how}`, async () => {
    const client = await streams.open(get('/hold/expect') + get('/refused', ['Expect: magic']), 'expect')
    await streams.close('expect')
    await client.response()
    assert.equal((await client.response()).code, 417)
    assert.deepEqual(streams.seen(), ['GET /hold/expect'])
    client.abort()
  })

  test(`what floods in during a stream is not taken in, and arrives after it${how}`, async () => {
    const size = 30_000_000
    let arrived = 0
    const client = await streams.open(get('/hold/flood'), 'flood')
    backend.script = {
      bytes: (socket, piece) => {
        arrived += piece.length
        if (arrived > size) socket.write(OK)
      },
    }
    client.send(`POST /flood HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${size}\r\n\r\n`)
    client.send('x'.repeat(size))
    for (let times = 0; times < 50; times++) await streams.publish('flood', `${times};`)
    await client.until('49;')
    assert.ok(client.socket.writableLength > size / 2, `${client.socket.writableLength} bytes wait`)
    await streams.close('flood')
    assert.match((await client.response()).body, /49;$/)
    assert.equal((await client.response()).body, 'ok')
    assert.ok(arrived > size)
    client.abort()
  })

  test(`a request with a body is held, and the connection used again${how}`, async () => {
    for (const body of ['small', 'x'.repeat(90_000)]) {
      const client = await streams.open(post('/hold/body', body) + get('/behind'), 'body')
      await streams.close('body')
      await client.response()
      assert.equal((await client.response()).body, 'GET /behind HTTP/1.1')
      await reuse(client, '/after')
      client.abort()
    }
  })

  test(`a body that is not read to its end before the stream is read as a body${how}`, async () => {
    for (const restDuring of [true, false]) {
      backend.requests.length = 0
      backend.script = { head: (socket) => void socket.write(stream('unread', [], 'first,')) }
      const client = await RawClient.connect(gateway.port)
      const rest = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'
      client.send(post('/hold/unread', `begin${rest}`).slice(0, -rest.length))
      await streams.live(client, 'unread')
      if (restDuring) {
        client.send(rest)
        await streams.live(client, 'unread')
      }
      await streams.close('unread')
      await client.response()
      streams.script()
      if (!restDuring) client.send(rest)
      await reuse(client, '/after')
      assert.ok(!streams.seen().some((line) => line.includes('smuggled')))
      client.abort()
    }
  })

  test(`behind a stream of the built-in target come more requests${how}`, async () => {
    streams.script()
    const client = await RawClient.connect(gateway.port)
    for (const behind of ['', get('/behind'), get('/behind').slice(0, 10)]) {
      client.send(get('/own/stream?channel=built-in') + behind)
      await streams.live(client, 'built-in')
      await streams.close('built-in')
      assert.match((await client.response()).body, /^\[stream opened\]\n/)
      if (behind.length === 10) client.send(get('/behind').slice(10))
      if (behind !== '') assert.equal((await client.response()).body, 'GET /behind HTTP/1.1')
      await reuse(client, '/after')
    }
    client.abort()
  })

  test(`a HEAD request to a stream, and a stream that debug ends, leave the connection usable${how}`, async () => {
    backend.answer('HTTP/1.1 200 OK\r\nGrip-Hold: stream\r\nGrip-Channel: head\r\n\r\n')
    const client = await RawClient.connect(gateway.port)
    client.send(get('/hold/head').replace('GET', 'HEAD'))
    await client.response({ toHead: true })
    backend.answer(stream('ordered; prev-id=1', [], 'first'))
    client.send(get('/debug'))
    assert.match((await client.response()).body, /^first\n\nchannel 'ordered'/)
    streams.script()
    await reuse(client, '/after')
    client.abort()
  })

  test(`a stream with a large beginning leaves the connection usable${how}`, async () => {
    const start = 'z'.repeat(3_000_000)
    backend.answer(stream('large', [], start))
    const client = await RawClient.connect(gateway.port)
    client.send(get('/hold/large'))
    await client.until(start.slice(0, 1000))
    await streams.live(client, 'large')
    client.send(get('/during'))
    streams.script()
    await streams.close('large')
    assert.match((await client.response()).body, /z(<large-\d+>)+$/)
    assert.equal((await client.response()).body, 'GET /during HTTP/1.1')
    await reuse(client, '/after')
    client.abort()
  })

  test(`Node warns of nothing, and nothing has failed${how}`, () => {
    assert.deepEqual(gateway.log.matching(/^\[ERR\]|Deprecat|Warning/), [])
  })
}
