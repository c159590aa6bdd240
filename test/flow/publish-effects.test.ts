import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { until } from '../support/until.ts'
import { get, holdOn } from './held.ts'
import { answer, longPoll, stream } from './origin-answer.ts'

const { gateway, backend } = await startBoth({ config: { handler: { id_cache_ttl: 1 } } })

function content(channel: string, id: string, text: string): object {
  return { channel, id, formats: { 'http-stream': { content: text } } }
}

test('a message whose id is repeated is delivered once, until the id is forgotten', async () => {
  backend.answer(stream('ids'))
  const client = await holdOn(gateway, 'ids')
  await gateway.publish([
    content('ids', '1', 'a'),
    content('ids', '1', 'b'),
    content('other', '2', 'x'),
    content('ids', '2', 'c'),
  ])
  assert.ok((await client.until('c\r\n')).endsWith('\r\n\r\n1\r\na\r\n1\r\nc\r\n'))
  await until(
    async () => {
      await gateway.publish([content('ids', '1', 'again')])
      return client.pending.includes('again')
    },
    () => `the id to be forgotten: ${client.pending}`,
  )
  client.abort()
})

test('a patch is applied to the body of the held response', async () => {
  backend.answer(longPoll('patch', ['Content-Type: application/json'], '{"list":[1,2],"name":"a"}\r\n'))
  const client = await holdOn(gateway, 'patch')
  const operations = [
    { op: 'test', path: '/name', value: 'a' },
    { op: 'add', path: '/list/-', value: 3 },
    { op: 'replace', path: '/name', value: 'b' },
    { op: 'copy', from: '/name', path: '/copy' },
  ]
  await gateway.publish([{ channel: 'patch', formats: { 'http-response': { 'body-patch': operations } } }])
  const { body, headers } = await client.response()
  assert.equal(body, '{"list":[1,2,3],"name":"b","copy":"b"}\r\n')
  assert.ok(headers.includes('Content-Type: application/json'))
  client.abort()
})

test('two long polls with different bodies are each patched on their own', async () => {
  backend.answer(longPoll('patch-two', [], '[1]'))
  const first = await holdOn(gateway, 'patch-two')
  backend.answer(longPoll('patch-two', [], '[2]'))
  const second = await holdOn(gateway, 'patch-two', undefined, 2)
  const add = [{ op: 'add', path: '/0', value: { new: true } }]
  await gateway.publish([{ channel: 'patch-two', formats: { 'http-response': { 'body-patch': add } } }])
  assert.equal((await first.response()).body, '[{"new":true},1]')
  assert.equal((await second.response()).body, '[{"new":true},2]')
  first.abort()
  second.abort()
})

test('a patch that does not fit leaves the answer empty', async () => {
  backend.answer(longPoll('unfit', [], '{}'))
  const client = await holdOn(gateway, 'unfit')
  const remove = [{ op: 'remove', path: '/none' }]
  await gateway.publish([{ channel: 'unfit', formats: { 'http-response': { 'body-patch': remove } } }])
  assert.equal((await client.response()).body, '')
  client.abort()
})

test('a hint makes the gateway ask the backend again, and the client gets the new answer', async () => {
  backend.answer(longPoll('hint'))
  const request = 'POST /hint HTTP/1.1\r\nHost: localhost\r\nX-Own: 1\r\nContent-Length: 4\r\n\r\nbody'
  const client = await holdOn(gateway, 'hint', request)
  const first = await backend.next()
  backend.answer(answer(['X-A: 1'], 'fresh'))
  await gateway.publish([{ channel: 'hint', formats: { 'http-response': { action: 'hint' } } }])
  const response = await client.response()
  assert.equal(response.body, 'fresh')
  const second = await backend.next()
  assert.equal(second.line, first.line)
  assert.equal(second.body, 'body')
  assert.deepEqual(second.values('x-own'), ['1'])
  assert.equal(second.values('grip-sig').length, 1)
  await gateway.log.waitFor(/POST http:\/\/localhost\/hint -> \S+ code=200 5 retry$/)
  client.abort()
})

test('a backend that is asked again hears which item it had named as the last of each channel', async () => {
  backend.answer(answer(['Grip-Hold: response', 'Grip-Channel: prices; prev-id=p7, news'], ''))
  const client = await holdOn(gateway, 'prices', get('/last', ['Grip-Last: forged; last-id=1']))
  assert.deepEqual((await backend.next()).values('grip-last'), [])
  backend.answer(answer([], 'fresh'))
  await gateway.publish([{ channel: 'prices', formats: { 'http-response': { action: 'hint' } } }])
  assert.deepEqual((await backend.next()).values('grip-last'), ['prices; last-id=p7'])
  assert.equal((await client.response()).body, 'fresh')
  client.abort()
})

test('hints that the backend answers with holds hold the client again, as often as they come', async () => {
  backend.answer(longPoll('rehold'))
  const client = await holdOn(gateway, 'rehold')
  const accepts = /GET http:\/\/localhost\/rehold -> \S+ accept retry$/
  const subscribes = /subscribe http:\/\/localhost\/rehold channel=rehold retry$/
  for (let hints = 1; hints <= 20; hints++) {
    await gateway.publish([{ channel: 'rehold', formats: { 'http-response': { action: 'hint' } } }])
    await until(
      () => gateway.log.matching(accepts).length >= hints && gateway.log.matching(subscribes).length >= hints,
      () => `retry ${hints}:\n${gateway.log.toString()}`,
    )
  }
  await gateway.publish([{ channel: 'rehold', formats: { 'http-response': { body: 'hello' } } }])
  assert.equal((await client.response()).body, 'hello')
  assert.equal(client.pending, '')
  assert.deepEqual(gateway.log.matching(/MaxListeners|^\[ERR\]/), [])
  client.abort()
})
