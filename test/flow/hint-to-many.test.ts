import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startGateway } from '../support/gateway.ts'
import { ask, RawClient } from '../support/raw-client.ts'
import { until } from '../support/until.ts'
import { get, held } from './held.ts'

const gateway = await startGateway({ routes: ['* test'] })
after(() => gateway.stop())

test('a hint to many long polls ends when each has been asked for again, and all stay held', async () => {
  const clients = await Promise.all(Array.from({ length: 6 }, () => RawClient.connect(gateway.port)))
  for (const client of clients) client.send(get('/response?channel=a'))
  await held(gateway, 'a', clients.length)

  await gateway.publish([{ channel: 'a', formats: { 'http-response': { action: 'hint' } } }])
  const again = / subscribe http:\S+ channel=a retry$/
  await until(
    () => gateway.log.matching(again).length >= clients.length,
    () => `every client held again:\n${gateway.log.toString()}`,
  )
  assert.equal((await ask(gateway.port, get('/'))).code, 200)

  await gateway.publish([{ channel: 'a', formats: { 'http-response': { body: 'hello' } } }])
  for (const client of clients) {
    assert.equal((await client.response()).body, 'hello')
    assert.equal(client.pending, '')
    client.abort()
  }
  assert.equal(gateway.log.matching(again).length, clients.length)
})
