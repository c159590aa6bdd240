import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testRequestTooLarge, testResponse } from '../../../proxy/forward/test-target.ts'

const PLAIN = ['Content-Type', 'text/plain', 'Content-Length']

const cases: [target: string, pathBeg: string, code: number, body: string, grip: string[]][] = [
  ['/', '', 200, 'Hello from the Pushpin test handler!\n', []],
  ['/?channel=a', '', 200, 'Hello from the Pushpin test handler!\n', []],
  ['/response', '', 200, 'nothing for now\n', ['Grip-Hold', 'response', 'Grip-Channel', 'test']],
  ['/response/?channel=a', '', 200, 'nothing for now\n', ['Grip-Hold', 'response', 'Grip-Channel', 'a']],
  [
    '/stream?channel=a&x=1&channel=b&channel=a',
    '',
    200,
    '[stream opened]\n',
    ['Grip-Hold', 'stream', 'Grip-Channel', 'a, b'],
  ],
  ['/stream?channel=', '', 200, '[stream opened]\n', ['Grip-Hold', 'stream', 'Grip-Channel', 'test']],
  [
    '/stream?channel=a%0d%0aX-Evil:%201',
    '',
    200,
    '[stream opened]\n',
    ['Grip-Hold', 'stream', 'Grip-Channel', 'aX-Evil: 1'],
  ],
  ['/app', '/app', 200, 'Hello from the Pushpin test handler!\n', []],
  ['/app/stream', '/app', 200, '[stream opened]\n', ['Grip-Hold', 'stream', 'Grip-Channel', 'test']],
  ['/app/stream', '/app/', 200, '[stream opened]\n', ['Grip-Hold', 'stream', 'Grip-Channel', 'test']],
  ['/streams', '', 404, 'no such test resource\n', []],
  ['/stream//', '', 404, 'no such test resource\n', []],
  ['/Stream', '', 404, 'no such test resource\n', []],
]

for (const [target, pathBeg, code, body, grip] of cases) {
  test(`${target}${pathBeg === '' ? '' : ` below ${pathBeg}`} is answered ${code} ${body.trim()}`, () => {
    const { head, body: content } = testResponse(target, pathBeg)
    assert.equal(head.code, code)
    assert.equal(content.toString(), body)
    assert.deepEqual(head.headers, [...PLAIN, String(body.length), ...grip])
  })
}

test('a request too large to read is refused', () => {
  assert.equal(testRequestTooLarge.head.code, 400)
  assert.equal(testRequestTooLarge.body.toString(), 'request too large\n')
})
