import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, beforeEach, test } from 'node:test'
import { promisify } from 'node:util'
import { Publisher } from '@fanoutio/grip'
import type { HttpApi } from '../../../handler/receive/http-api.ts'
import { needs } from '../../support/programs.ts'
import { FakeInbox } from './fakes.ts'
import { startPublishApi } from './publish-api.ts'

const run = promisify(execFile)

let inbox: FakeInbox
let api: HttpApi
let publisher: Publisher

before(async () => {
  api = await startPublishApi(() => inbox)
  publisher = new Publisher(`http://127.0.0.1:${api.port}/?iss=me&key=secret`)
})
after(() => api.close())
beforeEach(() => {
  inbox = new FakeInbox()
})

test('@fanoutio/grip publishes', async () => {
  await publisher.publishHttpStream('ch', 'hi\n')
  await publisher.publishHttpResponse('ch', 'body')
  const [stream, response] = inbox.items
  assert.deepEqual(stream?.httpStream, { action: 'send', content: Buffer.from('hi\n'), contentFilters: undefined })
  assert.equal(response?.httpResponse?.action, 'send')
})

test('@fanoutio/grip reads why an item was refused', async () => {
  inbox.full = true
  await assert.rejects(publisher.publishHttpStream('ch', 'hi'), (error: { context?: { statusCode?: number } }) => {
    assert.equal(error.context?.statusCode, 503)
    return true
  })
})

test('@fanoutio/grip publishes many at once', async () => {
  await Promise.all(Array.from({ length: 50 }, (_, index) => publisher.publishHttpStream(`ch-${index}`, 'hi')))
  assert.equal(inbox.items.length, 50)
})

test('curl publishes, as in the manuals', { skip: needs('curl') }, async () => {
  const item = '{"items":[{"channel":"test","http-stream":{"content":"hello\\n"}}]}'
  const { stdout } = await run('curl', ['-s', '-d', item, `http://127.0.0.1:${api.port}/publish`])
  assert.equal(stdout, 'Published\n')
  assert.deepEqual(inbox.channels, ['test'])
})
