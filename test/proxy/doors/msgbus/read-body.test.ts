import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import { BodyReader } from '../../../../proxy/doors/msgbus/read-body.ts'

class Request extends PassThrough {
  readonly headers: IncomingMessage['headers'] = {}

  get asRequest(): IncomingMessage {
    return this as unknown as IncomingMessage
  }
}

test('what is being received counts together, and no more when it has come or its client has left', async () => {
  const reader = new BodyReader(10, 15)
  const [one, left, other] = [new Request(), new Request(), new Request()]
  const reading = [one, left].map((request) => reader.read(request.asRequest))
  one.write('12345678')
  left.write('1234567')
  await turn()
  const tooMany = reader.read(other.asRequest)
  other.write('1')
  assert.equal(await tooMany, 'too many')
  left.destroy()
  await reading[1]
  one.end('90')
  assert.deepEqual((await Promise.all(reading)).map(String), ['1234567890', 'gone'])
  const again = [new Request(), new Request()]
  const readingAgain = again.map((request) => reader.read(request.asRequest))
  again[0]?.end('1234567890')
  again[1]?.end('12345678901')
  assert.deepEqual((await Promise.all(readingAgain)).map(String), ['1234567890', 'too large'])
})

test('a length that is too large is known before', () => {
  const request = new Request()
  request.headers['content-length'] = '10'
  assert.ok(!new BodyReader(10, 15).isTooLarge(request.asRequest))
  request.headers['content-length'] = '11'
  assert.ok(new BodyReader(10, 15).isTooLarge(request.asRequest))
})
