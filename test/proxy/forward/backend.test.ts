import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { parseRoute } from '../../../proxy/choose/parse-route.ts'
import type { Target } from '../../../proxy/choose/route.ts'
import { Backend, Backends } from '../../../proxy/forward/backend.ts'
import type { BackendConnection } from '../../../proxy/forward/backend.ts'
import { until } from '../../support/until.ts'

/** Answers with the port of the connection the request came on. */
const sockets = new Map<string, Socket>()
const server = createServer((req, res) => {
  const name = String(req.socket.remotePort)
  sockets.set(name, req.socket)
  res.end(name)
})
before(() => once(server.listen(0, '127.0.0.1'), 'listening'))
after(() => {
  server.close()
  server.closeAllConnections()
})

function target(line = `127.0.0.1:${(server.address() as AddressInfo).port}`): Target {
  const parsed = parseRoute(`* ${line}`, { file: 'routes', line: 1, baseDirectory: '.' })?.route.targets[0]
  if (parsed === undefined) throw new Error(`no target in ${line}`)
  return parsed
}

/** Which connection answers. */
async function ask({ client }: BackendConnection): Promise<string> {
  const { body } = await client.request({ path: '/', method: 'GET' })
  return body.text()
}

test('a connection that was given back is used again', async () => {
  const backend = new Backend(target())
  const connection = backend.take(undefined)
  const name = await ask(connection)
  backend.give(connection)
  const again = backend.take(undefined)
  assert.equal(await ask(again), name)
})

test('a connection in use is not shared', async () => {
  const backend = new Backend(target())
  const [first, second] = [backend.take(undefined), backend.take(undefined)]
  assert.notEqual(await ask(first), await ask(second))
})

test('the connection that was used last is taken first, so that the others can grow old', async () => {
  const backend = new Backend(target())
  const [first, second] = [backend.take(undefined), backend.take(undefined)]
  await ask(first)
  await ask(second)
  backend.give(first)
  backend.give(second)
  assert.equal(backend.take(undefined), second)
  assert.equal(backend.take(undefined), first)
})

test('a connection made for another TLS name is not used', async () => {
  const backend = new Backend(target())
  const connection = backend.take('a.example')
  await ask(connection)
  backend.give(connection)
  assert.notEqual(backend.take('b.example'), connection)
  assert.notEqual(backend.take(undefined), connection)
  assert.equal(backend.take('a.example'), connection)
})

test('a connection that the backend closed while idle is not used', async () => {
  const backend = new Backend(target())
  const connection = backend.take(undefined)
  const name = await ask(connection)
  backend.give(connection)
  sockets.get(name)?.destroy()
  await until(() => !connection.connected, 'the end of the connection')
  const next = backend.take(undefined)
  assert.notEqual(next, connection)
  assert.notEqual(await ask(next), name)
})

test('a connection that never came about is not kept', () => {
  const backend = new Backend(target())
  const connection = backend.take(undefined)
  backend.give(connection)
  assert.notEqual(backend.take(undefined), connection)
})

test('each target has its own connections', () => {
  const backends = new Backends()
  const [a, b] = [target(), target()]
  assert.equal(backends.of(a), backends.of(a))
  assert.notEqual(backends.of(a), backends.of(b))
})
