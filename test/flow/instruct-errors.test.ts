// GRIP 3.2: instructions that cannot be followed, each with its sentence.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { ask } from '../support/raw-client.ts'
import { get } from './held.ts'
import { answer, jsonInstruct } from './origin-answer.ts'
import { shown } from './shown.ts'

const { gateway, backend } = await startBoth({ routes: ['*,path_beg=/debug,debug BACKEND'] })

const MALFORMED: readonly (readonly [response: string, message: string])[] = [
  [answer(['Grip-Hold: maybe']), "Grip-Hold must be set to either 'response' or 'stream'"],
  [answer(['Grip-Hold: response', 'Grip-Channel: ; prev-id=1']), 'failed to parse Grip-Channel'],
  [
    answer(['Grip-Hold: response', 'Grip-Channel: c; filter=1; filter=2; filter=3; filter=4; filter=5; filter=6']),
    "too many filters for channel 'c'",
  ],
  [answer(['Grip-Hold: response', 'Grip-Timeout: soon']), 'failed to parse Grip-Timeout'],
  [answer(['Grip-Hold: response', 'Grip-Timeout: -1']), 'Grip-Timeout has invalid value'],
  [answer(['Grip-Hold: stream', 'Grip-Keep-Alive: ; timeout=1']), 'Grip-Keep-Alive cannot be empty'],
  [answer(['Grip-Hold: stream', 'Grip-Keep-Alive: x; timeout=NaN']), 'failed to parse Grip-Keep-Alive timeout value'],
  [answer(['Grip-Hold: stream', 'Grip-Keep-Alive: x; format=y']), "no such Grip-Keep-Alive format 'y'"],
  [answer(['Grip-Status: ok']), 'Grip-Status contains invalid status code'],
  [answer(['Grip-Link: /next; rel=next']), 'failed to parse Grip-Link value'],
  [
    jsonInstruct({ hold: { channels: [] } }).replace('200 OK', '201 Created'),
    'response code for application/grip-instruct content must be 200',
  ],
  [
    answer(['Content-Type: application/grip-instruct'], '{hold'),
    'failed to parse application/grip-instruct content as JSON',
  ],
  [jsonInstruct([]), 'instruct must be an object'],
  [jsonInstruct({ hold: {} }), "hold does not contain 'channels'"],
  [jsonInstruct({ hold: { mode: 'x', channels: [] } }), "hold 'mode' must be set to either 'response' or 'stream'"],
  [jsonInstruct({ hold: { channels: [{}] } }), "channel does not contain 'name'"],
]

test('a client hears only that something failed when instructions are malformed', async () => {
  for (const [response, message] of MALFORMED) {
    backend.answer(response)
    const body = 'Error while proxying to origin.\n'
    const expected = [
      'HTTP/1.1 502 Bad Gateway',
      'Content-Type: text/plain',
      `Content-Length: ${body.length}`,
      '',
      body,
    ]
    assert.deepEqual(shown(await ask(gateway.port, get('/'))), expected, message)
  }
})

for (const [response, message] of MALFORMED) {
  test(`with debug the answer says: ${message}`, async () => {
    backend.answer(response)
    const { code, body } = await ask(gateway.port, get('/debug'))
    assert.equal(code, 502)
    assert.equal(body, `Failed to parse accept instructions: ${message}\n`)
  })
}
