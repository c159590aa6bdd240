import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { startBoth } from '../support/gateway-and-backend.ts'
import { RawClient } from '../support/raw-client.ts'

const { gateway, backend } = await startBoth()

const responses = Array.from(
  readFileSync('docs/backends.md', 'utf8').matchAll(/^```http\n(.*?)\n\n(.*?)^```$/gms),
  ([, head = '', body = '']) => ({ head, body }),
)

test('docs/backends.md shows responses', () => assert.equal(responses.length, 3))

for (const [index, { head, body }] of responses.entries()) {
  test(`a client is held by response ${index + 1} of docs/backends.md`, async () => {
    assert.match(head, new RegExp(`^Content-Length: ${Buffer.byteLength(body)}$`, 'm'))
    backend.answer(`${head.replaceAll('\n', '\r\n')}\r\n\r\n${body}`)
    const client = await RawClient.connect(gateway.port)
    try {
      client.send(`GET /${index} HTTP/1.1\r\nHost: example.com\r\n\r\n`)
      await gateway.log.waitFor(new RegExp(`subscribe http://example.com/${index} channel=news$`))
    } finally {
      client.abort()
    }
  })
}
