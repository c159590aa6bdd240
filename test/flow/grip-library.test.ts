import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Publisher, validateSig } from '@fanoutio/grip'
import { HttpResponseFormat, HttpStreamFormat, Item, PublishException } from '@fanoutio/grip'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'
import { get, holdOn } from './held.ts'
import { longPoll, stream } from './origin-answer.ts'

const { gateway, backend } = await startBoth({
  routes: ['*,path_beg=/own,sig_iss=me,sig_key=own-secret BACKEND', '*,path_beg=/no-grip,no_grip BACKEND'],
})
const uri = `http://127.0.0.1:${gateway.publishPort}`

async function signatureOf(path: string): Promise<string> {
  await ask(gateway.port, get(path, ['Grip-Sig: forged', 'Grip-Other: forged']))
  const { headers } = await backend.next()
  const grip = headers.filter((header) => /^grip-/i.test(header))
  const [signature = ''] = grip.flatMap((header) => /^grip-sig: *(.*)$/i.exec(header)?.[1] ?? [])
  assert.ok(!grip.join().includes('forged'))
  return signature
}

for (const control of [uri, `${uri}/`, `${uri}?iss=anyone&key=secret`, `${uri}?key=token`]) {
  test(`the library publishes to ${control.replace(/:\d+/, ':PORT').replace('http://127.0.0.1', '')}`, async () => {
    backend.answer(stream('library'))
    const count = gateway.log.matching(/subscribe .* channel=library$/).length
    const client = await holdOn(gateway, 'library', get('/library'), count + 1)
    const publisher = new Publisher(control)
    await publisher.publishHttpStream('library', 'text\n')
    await publisher.publishHttpStream('library', new HttpStreamFormat(Buffer.from([0, 255])))
    const close = new HttpStreamFormat(null, true)
    await publisher.publishFormats('library', close)
    assert.equal((await client.response()).body, 'text\n\0\xff')
    client.abort()
  })
}

test('the library answers a long poll', async () => {
  const publisher = new Publisher({ control_uri: uri })
  backend.answer(longPoll('poll'))
  const client = await holdOn(gateway, 'poll')
  await publisher.publishFormats(
    'poll',
    new HttpResponseFormat('202', 'Yes', { 'X-A': '1' }, 'hello'),
    'id',
    'previous',
  )
  const response = await client.response()
  assert.equal(response.line, 'HTTP/1.1 202 Yes')
  assert.deepEqual(response.values('x-a'), ['1'])
  assert.equal(response.body, 'hello')
  client.abort()
})

test('the library hears why a message was refused', async () => {
  const publisher = new Publisher({ control_uri: uri })
  const broken = { name: () => 'http-stream', export: () => ({}) }
  await assert.rejects(publisher.publish('channel', new Item(broken)), (error) => {
    assert.ok(error instanceof PublishException)
    assert.equal(error.context['statusCode'], 400)
    assert.equal(
      error.context['httpBody'],
      "Invalid format: 'http-stream' does not contain 'content' or 'content-bin'\n",
    )
    return true
  })
})

test('requests are signed so that the library accepts the signature, and only with the right key', async () => {
  const signature = await signatureOf('/')
  assert.ok(await validateSig(signature, 'changeme'))
  assert.ok(await validateSig(signature, 'changeme', 'pushpin'))
  assert.ok(!(await validateSig(signature, 'other')))
  assert.ok(!(await validateSig(signature, 'changeme', 'somebody')))
  const claims = JSON.parse(Buffer.from(signature.split('.')[1] ?? '', 'base64url').toString()) as { exp: number }
  const remaining = claims.exp - Date.now() / 1000
  assert.ok(remaining > 3000 && remaining <= 3601, `valid for ${remaining} s`)
})

test('a route can sign with a key of its own', async () => {
  const signature = await signatureOf('/own')
  assert.ok(await validateSig(signature, 'own-secret', 'me'))
  assert.ok(!(await validateSig(signature, 'changeme')))
})

test('a route without GRIP does not sign', async () => {
  assert.equal(await signatureOf('/no-grip'), '')
})
