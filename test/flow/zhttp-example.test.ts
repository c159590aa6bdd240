import { after, test } from 'node:test'
import assert from 'node:assert/strict'
import { startExample } from '../support/example.ts'
import { freePorts } from '../support/free-ports.ts'
import { startGateway } from '../support/gateway.ts'
import { ask } from '../support/raw-client.ts'
import { answers } from '../support/zhttp-endpoints.ts'
import { get, holdOn } from './held.ts'

const [port = 0] = await freePorts(1)
const gateway = await startGateway({ routes: [`* zhttp/tcp://127.0.0.1:${port}`] })
const example = await startExample('zhttp-backend.mjs', port)
after(async () => {
  await example.stop()
  await gateway.stop()
})
await answers(gateway.port)

test('examples/zhttp-backend.mjs answers and holds', async () => {
  assert.match((await ask(gateway.port, get('/'))).body, /^hello from example-\d+\n$/)
  const client = await holdOn(gateway, 'news', get('/events'))
  await client.until(': welcome')
  await gateway.publish([{ channel: 'news', formats: { 'http-stream': { content: 'data: published\n\n' } } }])
  await client.until('data: published')
  client.abort()
})
