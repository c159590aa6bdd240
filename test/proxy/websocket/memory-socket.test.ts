import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { memorySockets } from '../../../proxy/websocket/memory-socket.ts'
import { until } from '../../support/until.ts'

test('what one end writes the other end reads, both ways', async () => {
  const [a, b] = memorySockets()
  a.write('from a')
  b.write('from b')
  assert.equal(String(await once(b, 'data').then(([bytes]) => bytes as Buffer)), 'from a')
  assert.equal(String(await once(a, 'data').then(([bytes]) => bytes as Buffer)), 'from b')
})

test('an end that does not read makes the other one wait, and loses nothing', async () => {
  const [a, b] = memorySockets()
  let taken = 0
  for (let at = 0; at < 100; at++) a.write(Buffer.alloc(10_000), () => taken++)
  assert.equal(a.writableNeedDrain, true)
  await new Promise((resolve) => setImmediate(resolve))
  assert.ok(taken < 10, `${taken} of 100 pieces were taken though nobody reads`)
  let received = 0
  b.on('data', (bytes: Buffer) => (received += bytes.length))
  await until(
    () => received === 1_000_000,
    () => `1000000 bytes; ${received} came`,
  )
  assert.equal(a.writableNeedDrain, false)
})

test('the end of one end reaches the other behind the last byte', async () => {
  const [a, b] = memorySockets()
  const heard: string[] = []
  b.on('data', (bytes: Buffer) => heard.push(String(bytes)))
  b.on('end', () => heard.push('end'))
  a.end('last')
  await once(b, 'end')
  assert.deepEqual(heard, ['last', 'end'])
})

test('when one end is cut the other one is, too', async () => {
  for (const [at, other] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const sockets = memorySockets()
    const closed = once(sockets[other], 'close')
    sockets[at].destroy()
    await closed
    assert.ok(sockets[other].destroyed)
  }
})
